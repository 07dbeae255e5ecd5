"""Published results of recurrent networks beside those of this package."""
