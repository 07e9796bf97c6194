using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace FakeAi.E2E.Tests.Sdk;

/// <summary>The official npm packages, run by Node's own test runner in <c>tests/sdk-node</c>.</summary>
public sealed class NodeTests(RunningSystem system)
{
    private static readonly string s_folder = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", "..", "sdk-node"));

    [Theory]
    [InlineData("openai", "openai.test.mjs", 12)]
    [InlineData("openai", "resources.test.mjs", 6)]
    [InlineData("@anthropic-ai/sdk", "anthropic.test.mjs", 8)]
    [InlineData("@google/genai", "gemini.test.mjs", 10)]
    [InlineData("openai", "responses.test.mjs", 7)]
    [InlineData("openai", "azure.test.mjs", 4)]
    [InlineData("openai", "openrouter.test.mjs", 3)]
    [InlineData("openai", "perplexity.test.mjs", 2)]
    public async Task NodeSdk_EveryTest_Passes(string package, string file, int tests)
    {
        Assert.True(
            Directory.Exists(Path.Combine(s_folder, "node_modules", package)),
            "The npm packages are missing: run './fakeai test', or 'npm ci --ignore-scripts' in tests/sdk-node.");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(3));
        using var node = Process.Start(new ProcessStartInfo("node", ["--test", "--test-reporter=spec", file])
        {
            WorkingDirectory = s_folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["FAKEAI_BASE_URL"] = system.OpenAiBase.ToString(), ["FAKEAI_ROOT_URL"] = system.Gateway.ToString().TrimEnd('/') },
        })!;
        try
        {
            var output = node.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = node.StandardError.ReadToEndAsync(limit.Token);
            await node.WaitForExitAsync(limit.Token);

            Assert.True(node.ExitCode == 0, await output + await errors);
            Assert.Contains($"pass {tests}\n", await output, StringComparison.Ordinal);
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
