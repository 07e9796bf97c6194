using Microsoft.Extensions.Options;

namespace FakeAi.Engine.Generation.Scripted;

/// <summary>
/// Reads the scripts at the start and again when a file changes. Broken scripts stop the start; later they are told in the
/// log, and the rules in force stay. Without scripts it does nothing.
/// </summary>
internal sealed partial class ScriptReload(
    ScriptBook book, IOptions<EngineOptions> options, TimeProvider time, ILogger<ScriptReload> logger) : BackgroundService
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    private readonly ScriptFolder? _folder = string.IsNullOrWhiteSpace(options.Value.Scripts) ? null : new ScriptFolder(options.Value.Scripts);
    private string _fingerprint = "";

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        if (_folder is not null)
        {
            _fingerprint = _folder.Fingerprint();
            book.Rules = _folder.Read();
            Log.Read(logger, book.Rules.Count, options.Value.Scripts!);
        }

        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_folder is null)
        {
            return;
        }

        using var timer = new PeriodicTimer(s_interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                Refresh(_folder);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    private void Refresh(ScriptFolder folder)
    {
        try
        {
            var fingerprint = folder.Fingerprint();
            if (fingerprint == _fingerprint)
            {
                return;
            }

            // Remembered first: what is broken is told once, not every second.
            _fingerprint = fingerprint;
            book.Rules = folder.Read();
            Log.Read(logger, book.Rules.Count, options.Value.Scripts!);
        }
        catch (Exception exception) when (exception is ScriptException or IOException or UnauthorizedAccessException)
        {
            Log.Broken(logger, options.Value.Scripts!, exception.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 231, EventName = "ScriptsRead", Level = LogLevel.Information, Message = "{Count} rules of scripted answers read from {Path}.")]
        public static partial void Read(ILogger logger, int count, string path);

        [LoggerMessage(EventId = 232, EventName = "ScriptsBroken", Level = LogLevel.Error, Message = "The scripts in {Path} are not valid; the rules in force stay.\n{Errors}")]
        public static partial void Broken(ILogger logger, string path, string errors);
    }
}
