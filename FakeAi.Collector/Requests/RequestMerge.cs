using System.Globalization;
using FakeAi.Contracts.Events;

namespace FakeAi.Collector.Requests;

/// <summary>Merges events into a request's row. The order of the events makes no difference to the row in the end.</summary>
internal static class RequestMerge
{
    private const int MaxText = 256;

    public static void Apply(RequestRow row, FakeAiEvent e)
    {
        if (Teller.IsGateway(e))
        {
            row.Set(RowFields.Gateway, Bound(e.Instance));
        }

        switch (e.Data)
        {
            case RequestStarted d:
                row.Set(RowFields.Started, e.Time);
                row.Set(RowFields.Endpoint, Bound(d.Endpoint));
                row.Set(RowFields.Model, Bound(d.Model));
                row.Set(RowFields.Provider, Bound(d.Provider));
                row.Set(RowFields.Stream, d.Stream);
                break;
            case RequestCompleted d:
                End(row, e, RowFields.Completed, d.Endpoint, d.Model, d.Provider, d.Stream, d.DurationUs);
                row.Set(RowFields.TtftUs, Text(d.TtftUs));
                row.Set(RowFields.E2eUs, d.E2eUs);
                row.Set(RowFields.InputTokens, d.InputTokens);
                row.Set(RowFields.OutputTokens, d.OutputTokens);
                row.Set(RowFields.StatusCode, d.Status);
                row.Set(RowFields.Reason, Bound(d.FinishReason));
                break;
            case RequestFailed d when Teller.IsGuess(e):
                if (!row.Has(RowFields.Status))
                {
                    row.Set(RowFields.Status, RowFields.Failed);
                    row.Set(RowFields.Ended, e.Time);
                    row.Set(RowFields.DurationUs, d.DurationUs);
                    row.Set(RowFields.Reason, d.ErrorCode);
                    row.Set(RowFields.SourceLost, true);
                }

                break;
            case RequestFailed d:
                End(row, e, RowFields.Failed, d.Endpoint, d.Model, d.Provider, d.Stream, d.DurationUs);
                row.Set(RowFields.StatusCode, d.Status);
                row.Set(RowFields.Reason, Bound(d.ErrorCode ?? d.ErrorType));
                break;
            case RequestCancelled d:
                End(row, e, RowFields.Cancelled, d.Endpoint, d.Model, d.Provider, d.Stream, d.DurationUs);
                row.Set(RowFields.Reason, Bound(d.Reason));
                break;
            case RouteSelected d:
                if (!row.Has(RowFields.UpstreamTime)
                    || long.Parse(row.Get(RowFields.UpstreamTime)!, CultureInfo.InvariantCulture) <= e.Time)
                {
                    row.Set(RowFields.Upstream, Bound(d.Upstream));
                    row.Set(RowFields.UpstreamTime, e.Time);
                }

                break;
            case StreamStarted d:
                row.Set(RowFields.EngineEndpoint, Bound(d.Endpoint));
                row.Set(RowFields.EngineModel, Bound(d.Model));
                row.Set(RowFields.EngineStream, d.Stream);
                row.Set(RowFields.EngineInputTokens, d.InputTokens);
                break;
            case StreamFirstToken d when !row.Has(RowFields.EngineOutcome):
                row.Set(RowFields.FirstTokenUs, d.TtftUs);
                break;
            case StreamProgress d when !row.Has(RowFields.EngineOutcome):
                var second = RowFields.ProgressPrefix + Text(e.Time / 1_000_000);
                if (!row.Has(second) || long.Parse(row.Get(second)!, CultureInfo.InvariantCulture) < d.OutputTokens)
                {
                    row.Set(second, d.OutputTokens);
                }

                break;
            case StreamCompleted d:
                Complete(row, e, d);
                break;
        }
    }

    public static bool IsProgress(string field) => field.Length > 1 && field[0] == 'p' && char.IsAsciiDigit(field[1]);

    private static void End(
        RequestRow row, FakeAiEvent e, string status, string endpoint, string? model, string provider, bool stream, long durationUs)
    {
        if (row.Has(RowFields.SourceLost))
        {
            row.Remove(RowFields.SourceLost);
            row.Remove(RowFields.Reason);
        }

        row.Set(RowFields.Status, status);
        row.Set(RowFields.Ended, e.Time);
        row.Set(RowFields.EndEndpoint, Bound(endpoint));
        row.Set(RowFields.EndModel, Bound(model));
        row.Set(RowFields.EndProvider, Bound(provider));
        row.Set(RowFields.EndStream, stream);
        row.Set(RowFields.DurationUs, durationUs);
    }

    private static void Complete(RequestRow row, FakeAiEvent e, StreamCompleted d)
    {
        row.Set(RowFields.EngineOutcome, d.Outcome);
        row.Set(RowFields.EngineOutputTokens, d.OutputTokens);
        row.Set(RowFields.EngineReason, Bound(d.FinishReason));

        // The final word replaces what was told on the way, so that a late piece of progress changes nothing.
        foreach (var field in row.Now.Keys.Where(IsProgress).ToList())
        {
            row.Remove(field);
        }

        row.Remove(RowFields.FirstTokenUs);
        row.Set(RowFields.FirstTokenUs, Text(d.FirstTokenUs));
        row.Set(RowFields.TokenOffsets, TokenOffsets.Write(d));
        row.Set(RowFields.TokensPerSecond, TokenOffsets.PerSecond(d, e.Time));
    }

    private static string? Bound(string? text) => text is { Length: > MaxText } ? text[..MaxText] : text;

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string? Text(long? value) => value is { } v ? Text(v) : null;
}
