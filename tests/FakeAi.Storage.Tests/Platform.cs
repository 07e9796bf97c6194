// File modes, and a redis-server that is frozen by a signal.
[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")]
