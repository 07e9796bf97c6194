// Sockets that are reset, file modes.
[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")]
