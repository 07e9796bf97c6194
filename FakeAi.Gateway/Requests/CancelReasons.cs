namespace FakeAi.Gateway.Requests;

/// <summary>Why a request ended without its whole answer though nothing failed.</summary>
internal static class CancelReasons
{
    /// <summary>The client closed its connection.</summary>
    public const string ClientDisconnected = "client_disconnected";

    /// <summary>An administrator cancelled it.</summary>
    public const string Cancelled = "cancelled";
}
