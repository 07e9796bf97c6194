using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;

namespace FakeAi.Engine.Tests.Generation.Structured;

/// <summary>Ajv, the validator most JavaScript clients use, in <c>tests/schema-node</c>: a second opinion on what conforms.</summary>
internal static class Ajv
{
    private static readonly string s_folder = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", "..", "..", "schema-node"));

    /// <summary>Asserts that every value conforms.</summary>
    public static async Task AssertConformAsync(IReadOnlyList<(JsonNode Schema, bool Older, string Value)> cases)
    {
        Assert.True(
            Directory.Exists(Path.Combine(s_folder, "node_modules", "ajv")),
            "The npm packages are missing: run './fakeai test', or 'npm ci --ignore-scripts' in tests/schema-node.");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(3));
        using var node = Process.Start(new ProcessStartInfo("node", ["check.mjs"])
        {
            WorkingDirectory = s_folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(false),
            StandardOutputEncoding = Encoding.UTF8,
        })!;
        try
        {
            var output = node.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = node.StandardError.ReadToEndAsync(limit.Token);
            foreach (var (schema, older, value) in cases)
            {
                var line = $$"""{"draft":"{{(older ? "draft-07" : "2020-12")}}","schema":{{schema.ToJsonString()}},"value":{{value}}}""";
                await node.StandardInput.WriteLineAsync(line.AsMemory(), limit.Token);
            }

            node.StandardInput.Close();
            await node.WaitForExitAsync(limit.Token);
            var lines = (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            var wrong = lines[..^1].Select(l => $"{l}\n{cases[JsonNode.Parse(l)!["line"]!.GetValue<int>()]}").Take(5).ToArray();
            Assert.True(lines.Length > 0 && lines[^1] == $"checked {cases.Count}", await errors);
            Assert.True(wrong.Length == 0, $"{lines.Length - 1} of {cases.Count}:\n{string.Join("\n\n", wrong)}");
        }
        finally
        {
            if (!node.HasExited)
            {
                node.Kill(entireProcessTree: true);
            }
        }
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
