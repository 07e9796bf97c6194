using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace FakeAi.Engine.Tests.Generation.Tokens;

/// <summary>The npm package gpt-tokenizer, run by Node in <c>tests/sdk-node</c>.</summary>
internal static class NodeTokenizer
{
    private static readonly string s_folder = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", "..", "..", "sdk-node"));

    /// <summary>The token ids of each text.</summary>
    public static async Task<IReadOnlyList<TokenIds>> EncodeAsync(IReadOnlyList<string> texts, CancellationToken cancellation)
    {
        Assert.True(
            Directory.Exists(Path.Combine(s_folder, "node_modules", "gpt-tokenizer")),
            "The npm packages are missing: run './fakeai test', or 'npm ci --ignore-scripts' in tests/sdk-node.");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(TimeSpan.FromMinutes(3));
        using var node = Process.Start(new ProcessStartInfo("node", ["token-ids.mjs"])
        {
            WorkingDirectory = s_folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        try
        {
            var errors = node.StandardError.ReadToEndAsync(limit.Token);
            var output = node.StandardOutput.ReadToEndAsync(limit.Token);
            foreach (var text in texts)
            {
                await node.StandardInput.WriteLineAsync(Convert.ToBase64String(MemoryMarshal.AsBytes<char>(text)).AsMemory(), limit.Token);
            }

            node.StandardInput.Close();
            await node.WaitForExitAsync(limit.Token);
            Assert.True(node.ExitCode == 0, await errors);
            return [.. (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonSerializer.Deserialize<TokenIds>(l, JsonSerializerOptions.Web)!)];
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

/// <summary>A text's tokens by either encoding.</summary>
internal sealed record TokenIds(int[] Cl100k, int[] O200k);
