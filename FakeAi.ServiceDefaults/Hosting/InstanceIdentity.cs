using System.Security.Cryptography;

namespace FakeAi.ServiceDefaults.Hosting;

/// <summary>Who this process is in events, logs and health answers.</summary>
/// <param name="Service">The kind of service: <c>gateway</c>, <c>engine</c>, <c>collector</c>, <c>dashboard</c>.</param>
/// <param name="Name">The resource's name, such as <c>engine-0</c>.</param>
/// <param name="Instance">The name with a random part; differs for each start.</param>
public sealed record InstanceIdentity(string Service, string Name, string Instance)
{
    /// <summary>Makes an identity for this start of the process.</summary>
    public static InstanceIdentity Create(string service, string? name)
    {
        var resource = string.IsNullOrWhiteSpace(name) ? service : name;
        return new InstanceIdentity(service, resource, $"{resource}-{RandomNumberGenerator.GetHexString(8, lowercase: true)}");
    }
}
