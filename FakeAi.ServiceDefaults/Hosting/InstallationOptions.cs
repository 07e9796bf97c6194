namespace FakeAi.ServiceDefaults.Hosting;

/// <summary>What all services of one installation share. Section <c>FakeAi</c>; the AppHost hands it over.</summary>
public sealed class InstallationOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "FakeAi";

    /// <summary>
    /// Token that the services show each other. Null (a service run alone, in development) switches the check off.
    /// </summary>
    public string? InternalToken { get; set; }

    /// <summary>Key for admin routes, sent as <c>Authorization: Bearer</c> or <c>x-fakeai-admin-key</c>. Null means no admin routes.</summary>
    public string? AdminKey { get; set; }

    /// <summary>The server's seed: enters every generated answer and schedule.</summary>
    public long Seed { get; set; } = 42;
}
