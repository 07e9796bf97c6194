using System.Text.RegularExpressions;

namespace Aspire.Hosting;

/// <summary>
/// Where the resources' lines go: to the terminal, each with its resource's name; or, with a folder, to a file for each,
/// and only warnings and errors to the terminal. The newest lines are also kept in memory.
/// </summary>
internal sealed partial class ResourceLogs(string? folder, bool silent) : IDisposable
{
    private const int KeptLines = 200;
    private const long FileLimit = 20_000_000;
    private static readonly bool s_colours = !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("NO_COLOR") is null;
    private readonly Lock _lock = new();
    private readonly Dictionary<Resource, StreamWriter> _files = [];
    private readonly HashSet<Resource> _inWarning = [];

    public void Write(Resource resource, string? line, bool isError)
    {
        if (line is null)
        {
            return;
        }

        lock (_lock)
        {
            resource.Log.Enqueue(line);
            while (resource.Log.Count > KeptLines)
            {
                resource.Log.TryDequeue(out _);
            }

            if (folder is not null)
            {
                WriteFile(resource, line);
            }

            if (!silent && (folder is null || IsWarning(resource, line, isError)))
            {
                Console.WriteLine(Coloured(32 + resource.Name.Sum(c => c) % 5, $"{resource.Name,-10} | ") + line);
            }
        }
    }

    /// <summary>Lists addresses and commands, as Aspire's dashboard would; with a log folder only that all is ready.</summary>
    public void Ready(IEnumerable<Resource> resources)
    {
        foreach (var resource in folder is null ? resources : [])
        {
            foreach (var endpoint in resource.Endpoints)
            {
                var address = $"{endpoint.UriScheme}://127.0.0.1:{endpoint.AllocatedPort}";
                var shown = new ResourceUrlAnnotation { Url = address };
                resource.Urls.Where(u => u.Endpoint.EndpointName == endpoint.Name).ToList().ForEach(u => u.Change(shown));
                Tell($"{resource.Name} {endpoint.Name}: {(shown.Url.StartsWith('/') ? address + shown.Url : shown.Url)} {shown.DisplayText}".TrimEnd());
            }

            resource.Commands.ForEach(c => Tell($"{resource.Name} command '{c.DisplayName}': {c.Options.Method} {c.Endpoint.Url}{c.Path}"));
        }

        Tell("All resources are healthy.");
    }

    public void Tell(string message) => Say(Console.Out, message, 36);

    public void Problem(string message) => Say(Console.Error, message, 31);

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var file in _files.Values)
            {
                file.Dispose();
            }

            _files.Clear();
        }
    }

    private static string Coloured(int colour, string text) => s_colours ? $"\e[{colour}m{text}\e[0m" : text;

    private void Say(TextWriter writer, string message, int colour)
    {
        if (!silent)
        {
            lock (_lock)
            {
                writer.WriteLine(Coloured(colour, message));
            }
        }
    }

    private void WriteFile(Resource resource, string line)
    {
        var path = Path.Combine(Directory.CreateDirectory(folder!).FullName, resource.Name + ".log");
        if (_files.TryGetValue(resource, out var writer) && writer.BaseStream.Length > FileLimit)
        {
            writer.Dispose();
            File.Move(path, path + ".1", overwrite: true);
            writer = null;
        }

        writer ??= _files[resource] = new StreamWriter(path, append: false) { AutoFlush = true };
        writer.WriteLine(line);
    }

    /// <summary>Knows the console formatter's levels, whose following lines are indented, and what Redis calls a failure.</summary>
    private bool IsWarning(Resource resource, string line, bool isError)
    {
        var plain = Escapes().Replace(line, "");
        if (resource is RedisResource)
        {
            return isError || RedisFailure().IsMatch(plain);
        }

        if (plain.StartsWith(' '))
        {
            // Stack traces are for the file.
            return (isError || _inWarning.Contains(resource)) && !StackTrace().IsMatch(plain);
        }

        var warning = isError || Warning().IsMatch(plain);
        _ = warning ? _inWarning.Add(resource) : _inWarning.Remove(resource);
        return warning;
    }

    [GeneratedRegex(@"\e\[[0-9;]*m", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Escapes();

    [GeneratedRegex(@"^\s+(at |--- End)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex StackTrace();

    [GeneratedRegex("^(warn|fail|crit):|^Unhandled exception", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Warning();

    [GeneratedRegex("rror|ailed|atal|Can't|Could not|No space", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex RedisFailure();
}
