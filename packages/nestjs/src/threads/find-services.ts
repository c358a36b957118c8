import type { INestApplicationContext, Type } from '@nestjs/common'
import { ModulesContainer } from '@nestjs/core'
import { ThreadContainerError } from './thread-container-error.js'

interface Found {
  readonly service: Type
  readonly instance: object
  readonly module: string
  readonly isStatic: boolean
}

/**
 * The services of a container by the names of their classes, which is all that can cross. Of two classes of one name, the one that
 * the module's file exports under that name is meant.
 *
 * @throws ThreadContainerError where there is none, or it can't be told which
 */
export function findServices(
  app: INestApplicationContext,
  names: readonly string[],
  namespace: object,
  file: string,
): ReadonlyMap<string, object> {
  const byName = classProviders(app.get(ModulesContainer))
  return new Map(
    names.map((name) => {
      const { instance, isStatic } = choose(name, byName.get(name) ?? [], namespace, file)
      if (isStatic) return [name, instance]
      throw new ThreadContainerError(
        `${name} is made anew for each request, or depends on what is: inside a thread there are no requests. Make it a singleton, and keep what belongs to a request in a Local.`,
        { module: file },
      )
    }),
  )
}

function choose(name: string, found: readonly Found[], namespace: object, file: string): Found {
  const [only] = found
  if (only && found.length === 1) return only
  const exported: unknown =
    Reflect.get(namespace, name) ?? Reflect.get(Object(Reflect.get(namespace, 'default')), name)
  const chosen = found.find(({ service }) => service === exported)
  if (chosen) return chosen
  throw new ThreadContainerError(
    found.length === 0
      ? `No module that ${file} brings along provides ${name}: add it to the providers there.`
      : `${found.length} classes are called ${name} (in ${found.map(({ module }) => module).join(', ')}): export the one that is meant from ${file}, or rename the other.`,
    { module: file },
  )
}

/** One for each class, however many modules provide it: then the first of them, as `app.get()` has it. */
function classProviders(modules: ModulesContainer): Map<string, Found[]> {
  const found = new Map<string, Found[]>()
  for (const { metatype, providers } of modules.values()) {
    for (const provider of providers.values()) {
      const { instance, token } = provider
      if (typeof token !== 'function' || typeof instance !== 'object' || !instance) continue
      const service = token as Type
      const namesakes = found.get(service.name) ?? []
      if (namesakes.some((known) => known.service === service)) continue
      const isStatic = provider.isDependencyTreeStatic()
      found.set(service.name, [
        ...namesakes,
        { instance, isStatic, module: metatype.name, service },
      ])
    }
  }
  return found
}
