// VitePress's own theme without the font that it brings along.
import DefaultTheme from 'vitepress/theme-without-fonts'
import './diagrams.css'

export default DefaultTheme
