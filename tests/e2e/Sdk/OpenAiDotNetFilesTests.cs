using System.ClientModel;
using OpenAI;
using OpenAI.Embeddings;
using OpenAI.Files;
using OpenAI.Moderations;

namespace FakeAi.E2E.Tests.Sdk;

/// <summary>The official OpenAI package for .NET: files, embeddings and moderations of the running system.</summary>
public sealed class OpenAiDotNetFilesTests(RunningSystem system)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private OpenAIClient Client => new(new ApiKeyCredential("any-key"), new OpenAIClientOptions { Endpoint = system.OpenAiBase });

    [Fact]
    public async Task File_FromUploadToDeletion_IsWhatWasSent()
    {
        var files = Client.GetOpenAIFileClient();
        var bytes = new byte[100_000];
        new Random(7).NextBytes(bytes);
        OpenAIFile file = await files.UploadFileAsync(new MemoryStream(bytes), "picture.png", FileUploadPurpose.Vision, Token);
        Assert.Equal((bytes.Length, "picture.png"), (file.SizeInBytes, file.Filename));
        Assert.Equal(bytes, (await files.DownloadFileAsync(file.Id, Token)).Value.ToArray());
        Assert.Contains((await files.GetFilesAsync(Token)).Value, f => f.Id == file.Id);
        Assert.True((await files.DeleteFileAsync(file.Id, Token)).Value.Deleted);
        var gone = await Assert.ThrowsAsync<ClientResultException>(() => files.GetFileAsync(file.Id, Token));
        Assert.Equal(404, gone.Status);
        Assert.Contains($"No such File object: {file.Id}", gone.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EmbeddingAndModeration_AreRead()
    {
        var embedding = await Client.GetEmbeddingClient("text-embedding-3-small").GenerateEmbeddingAsync(
            "Hello", new EmbeddingGenerationOptions { Dimensions = 64 }, Token);
        Assert.Equal(64, embedding.Value.ToFloats().Length);
        ModerationResult result = await Client.GetModerationClient("omni-moderation-latest").ClassifyTextAsync("I want to kill them.", Token);
        Assert.True(result.Flagged && result.Violence.Flagged && !result.Sexual.Flagged);
    }
}
