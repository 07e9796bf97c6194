using System.Text.Json;
using System.Text.Json.Serialization;
using FakeAi.Gateway.Resources.Batches;
using FakeAi.Gateway.Resources.Conversations;
using FakeAi.Gateway.Resources.Files;
using FakeAi.Gateway.Resources.Responses;
using FakeAi.Gateway.Resources.Uploads;

namespace FakeAi.Gateway.Resources;

/// <summary>How stored objects are written, for clients and in the store. What is not there is left out, as the API's description has it.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(OpenAiFile))]
[JsonSerializable(typeof(FileList))]
[JsonSerializable(typeof(FileDeleted))]
[JsonSerializable(typeof(StoredUpload))]
[JsonSerializable(typeof(OpenAiPart))]
[JsonSerializable(typeof(OpenAiBatch))]
[JsonSerializable(typeof(BatchList))]
[JsonSerializable(typeof(StoredBatch))]
[JsonSerializable(typeof(StoredResponse))]
[JsonSerializable(typeof(ResponseDeleted))]
[JsonSerializable(typeof(ItemPage))]
[JsonSerializable(typeof(OpenAiConversation))]
[JsonSerializable(typeof(ConversationDeleted))]
[JsonSerializable(typeof(JsonElement))]
internal sealed partial class ResourceJsonContext : JsonSerializerContext;
