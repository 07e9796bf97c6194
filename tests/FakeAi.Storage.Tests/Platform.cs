// /proc, signals and file modes: what the local launcher stands on.
[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")]
