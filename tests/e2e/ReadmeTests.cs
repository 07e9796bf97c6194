using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace FakeAi.E2E.Tests;

/// <summary>What the README tells people to type works when typed, the address aside.</summary>
public sealed partial class ReadmeTests(RunningSystem system)
{
    private static readonly string s_root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", ".."));
    private static readonly string s_readme = File.ReadAllText(Path.Combine(s_root, "README.md"));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> CurlCalls => [.. Blocks("bash").SelectMany(b => b.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n')).Where(l => l.Length > 0)];

    public static TheoryData<string> NodePrograms => [.. Blocks("js")];

    public static TheoryData<string> CSharpPrograms => [.. Blocks("csharp")];

    [Theory]
    [MemberData(nameof(CurlCalls))]
    public async Task Curl_AsInTheReadme_Answers(string call)
    {
        Assert.StartsWith("curl ", call, StringComparison.Ordinal);

        var output = await RunAsync("bash", ["-c", Here(call) + " --fail --silent --show-error"], s_root);

        Assert.True(output.StartsWith('{') || output.StartsWith("data: {", StringComparison.Ordinal), output);
    }

    [Theory]
    [MemberData(nameof(NodePrograms))]
    public async Task Node_AsInTheReadme_PrintsAnAnswer(string program)
    {
        var file = Path.Combine(s_root, "tests", "sdk-node", $"readme-{Guid.NewGuid():N}.mjs");
        await File.WriteAllTextAsync(file, Here(program), Token);
        try
        {
            Assert.Contains(' ', await RunAsync("node", [file], s_root));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [MemberData(nameof(CSharpPrograms))]
    public async Task CSharp_AsInTheReadme_PrintsAnAnswer(string program)
    {
        var folder = Directory.CreateTempSubdirectory("fakeai-readme-");
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "call.cs"), Here(program), Token);

            Assert.Contains(' ', await RunAsync("dotnet", ["run", "call.cs"], folder.FullName));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static IEnumerable<string> Blocks(string language) =>
        Block().Matches(s_readme).Where(m => m.Groups["language"].Value == language).Select(m => m.Groups["code"].Value);

    private string Here(string text) => text.Replace("http://127.0.0.1:8000", system.Gateway.ToString().TrimEnd('/'), StringComparison.Ordinal);

    private static async Task<string> RunAsync(string program, string[] arguments, string folder)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(TimeSpan.FromMinutes(3));
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,

            // No build server may stay behind.
            Environment = { ["MSBUILDDISABLENODEREUSE"] = "1", ["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0", ["UseSharedCompilation"] = "false" },
        })!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}: {await output}{await errors}");
            return await output;
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    [GeneratedRegex("```(?<language>[a-z]+)\n(?<code>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Block();

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
