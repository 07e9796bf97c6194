using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace FakeAi.TestKit.Otlp;

/// <summary>A span as it came in.</summary>
public sealed record ReceivedSpan(
    string Service, string Scope, string TraceId, string SpanId, string ParentSpanId, string Name, int Kind,
    IReadOnlyDictionary<string, string> Attributes)
{
    public const int Internal = 1;
    public const int Server = 2;
    public const int Client = 3;
    public const int Consumer = 5;
}

/// <summary>A small OTLP/HTTP (protobuf) receiver on a free loopback port.</summary>
public sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<ReceivedSpan> _spans = new();
    private readonly ConcurrentDictionary<string, byte> _metrics = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _logs = new();

    private OtlpReceiver(WebApplication app) => _app = app;

    public string Endpoint => _app.Urls.First();

    public IReadOnlyList<ReceivedSpan> Spans => [.. _spans];

    /// <summary>Names of the instruments heard of, as <c>service/name</c>.</summary>
    public IReadOnlyCollection<string> Metrics => [.. _metrics.Keys];

    /// <summary>Log records as <c>service: body</c>.</summary>
    public IReadOnlyList<string> Logs => [.. _logs];

    public static async Task<OtlpReceiver> StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var receiver = new OtlpReceiver(app);
        app.MapPost("/v1/traces", context => ReceiveAsync(context, receiver.AddTraces));
        app.MapPost("/v1/metrics", context => ReceiveAsync(context, receiver.AddMetrics));
        app.MapPost("/v1/logs", context => ReceiveAsync(context, receiver.AddLogs));
        await app.StartAsync(cancellationToken);
        return receiver;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static async Task ReceiveAsync(HttpContext context, Action<byte[]> add)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        add(body.ToArray());
        context.Response.ContentType = "application/x-protobuf";
    }

    private void AddTraces(byte[] message) => EachScope(message, (service, scope, item) =>
    {
        var span = new ProtobufReader(item);
        string trace = "", id = "", parent = "", name = "";
        var kind = 0;
        var attributes = new Dictionary<string, string>(StringComparer.Ordinal);
        while (span.Next())
        {
            switch (span.Field)
            {
                case 1: trace = span.Hex; break;
                case 2: id = span.Hex; break;
                case 4: parent = span.Hex; break;
                case 5: name = span.Text; break;
                case 6: kind = (int)span.Number; break;
                case 9: AddAttribute(span.Bytes, attributes); break;
            }
        }

        _spans.Enqueue(new ReceivedSpan(service, scope, trace, id, parent, name, kind, attributes));
    });

    private void AddMetrics(byte[] message) => EachScope(message, (service, _, item) =>
    {
        var metric = new ProtobufReader(item);
        while (metric.Next())
        {
            if (metric.Field == 1)
            {
                _metrics.TryAdd($"{service}/{metric.Text}", 0);
            }
        }
    });

    private void AddLogs(byte[] message) => EachScope(message, (service, _, item) =>
    {
        var record = new ProtobufReader(item);
        while (record.Next())
        {
            if (record.Field == 5)
            {
                _logs.Enqueue($"{service}: {AnyValue(record.Bytes)}");
            }
        }
    });

    // The three signals share their outer shape: resource (1), scopes (2) { scope (1), items (2) }.
    private static void EachScope(byte[] message, Action<string, string, byte[]> add)
    {
        var export = new ProtobufReader(message);
        while (export.Next())
        {
            var service = "";
            var scopes = new List<byte[]>();
            var resource = new ProtobufReader(export.Bytes);
            while (resource.Next())
            {
                if (resource.Field == 1)
                {
                    service = ServiceName(resource.Bytes);
                }
                else if (resource.Field == 2)
                {
                    scopes.Add(resource.Bytes.ToArray());
                }
            }

            foreach (var bytes in scopes)
            {
                var name = "";
                var scope = new ProtobufReader(bytes);
                while (scope.Next())
                {
                    if (scope.Field == 1)
                    {
                        var instrumentation = new ProtobufReader(scope.Bytes);
                        name = instrumentation.Next() && instrumentation.Field == 1 ? instrumentation.Text : "";
                    }
                    else if (scope.Field == 2)
                    {
                        add(service, name, scope.Bytes.ToArray());
                    }
                }
            }
        }
    }

    private static string ServiceName(ReadOnlySpan<byte> resource)
    {
        var attributes = new Dictionary<string, string>(StringComparer.Ordinal);
        var reader = new ProtobufReader(resource);
        while (reader.Next())
        {
            if (reader.Field == 1)
            {
                AddAttribute(reader.Bytes, attributes);
            }
        }

        return attributes.GetValueOrDefault("service.name", "");
    }

    private static void AddAttribute(ReadOnlySpan<byte> keyValue, Dictionary<string, string> attributes)
    {
        string key = "", value = "";
        var reader = new ProtobufReader(keyValue);
        while (reader.Next())
        {
            if (reader.Field == 1)
            {
                key = reader.Text;
            }
            else if (reader.Field == 2)
            {
                value = AnyValue(reader.Bytes);
            }
        }

        attributes[key] = value;
    }

    private static string AnyValue(ReadOnlySpan<byte> value)
    {
        var reader = new ProtobufReader(value);
        if (!reader.Next())
        {
            return "";
        }

        return reader.Field switch
        {
            1 => reader.Text,
            2 => reader.Number != 0 ? "true" : "false",
            3 => ((long)reader.Number).ToString(System.Globalization.CultureInfo.InvariantCulture),
            4 => BitConverter.UInt64BitsToDouble(reader.Number).ToString(System.Globalization.CultureInfo.InvariantCulture),
            5 => Array(reader.Bytes),
            _ => "",
        };
    }

    private static string Array(ReadOnlySpan<byte> values)
    {
        var texts = new List<string>();
        var reader = new ProtobufReader(values);
        while (reader.Next())
        {
            texts.Add(AnyValue(reader.Bytes));
        }

        return string.Join(',', texts);
    }
}
