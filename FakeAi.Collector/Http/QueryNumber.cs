using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FakeAi.Collector.Http;

/// <summary>Reads whole numbers from a query string.</summary>
internal static class QueryNumber
{
    /// <summary>Reads a parameter; the default when absent, the error to answer when wrong.</summary>
    public static ContentHttpResult? Read(HttpRequest request, string name, int min, int max, int fallback, out int value)
    {
        value = fallback;
        if (!request.Query.TryGetValue(name, out var given))
        {
            return null;
        }

        return given.Count == 1 && int.TryParse(given[0], NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= min && value <= max
            ? null
            : ErrorAnswers.BadParameter(name, string.Create(CultureInfo.InvariantCulture, $"'{name}' must be a whole number from {min} to {max}."));
    }
}
