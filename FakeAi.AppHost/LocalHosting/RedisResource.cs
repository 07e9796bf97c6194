using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using FakeAi.AppHost.Setup;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A <c>redis-server</c> of our own: free loopback port, random password, own folder.</summary>
public sealed class RedisResource : Resource, IResourceWithConnectionString, IResourceWithEndpoints, IResourceWithArgs, IResourceWithWaitSupport, IComputeResource
{
    private readonly string _password = RandomNumberGenerator.GetHexString(32, lowercase: true);
    private readonly string _dataFolder;

    internal RedisResource(string name, string dataFolder)
        : base(name)
    {
        _dataFolder = dataFolder;
        Endpoints.Add(new EndpointAnnotation("tcp") { UriScheme = "redis" });
        FindProblem = PingAsync;
    }

    internal bool Persistent { get; set; }

    private int Port => new EndpointReference(this, "tcp").Port;

    public ValueTask<string?> GetConnectionStringAsync(CancellationToken cancellationToken = default) => new($"127.0.0.1:{Port},password={_password}");

    /// <summary>The settings go by standard input, so that the password is on no command line and in no file.</summary>
    internal override LaunchCommand CreateCommand()
    {
        var folder = DataFolder.Ensure(Path.Combine(_dataFolder, Name));
        var settings = $"bind 127.0.0.1\nport {Port}\nrequirepass {_password}\ndir \"{folder}\"\nsave {(Persistent ? "60 1" : "\"\"")}\ndaemonize no\n";
        return new LaunchCommand("redis-server", ["-", .. Arguments], folder, settings);
    }

    private async Task<string?> PingAsync(CancellationToken cancellationToken)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, Port, cancellationToken);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"AUTH {_password}\r\nPING\r\nQUIT\r\n"), cancellationToken);
        using var reader = new StreamReader(stream, Encoding.ASCII);
        var answer = await reader.ReadToEndAsync(cancellationToken);
        return answer.Contains("+PONG", StringComparison.Ordinal) ? null : answer.ReplaceLineEndings(" ");
    }
}
