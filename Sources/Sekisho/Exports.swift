@_exported public import Database
@_exported public import Feeds
@_exported public import Indicators
@_exported public import Inputs
@_exported public import Regression
@_exported public import Reports
@_exported public import Scanning
