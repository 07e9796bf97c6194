using System.Security.Cryptography;

namespace FakeAi.Gateway.Resources;

/// <summary>Makes ids as OpenAI does.</summary>
internal static class ResourceIds
{
    private const string Base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private const int FileLength = 22;
    private const int HexLength = 32;
    private const int ItemLength = 48;

    /// <summary>What ids of files begin with.</summary>
    public const string FilePrefix = "file-";

    /// <summary>What ids of parts begin with.</summary>
    public const string PartPrefix = "part_";

    public static string File() => FilePrefix + RandomNumberGenerator.GetString(Base62, FileLength);

    public static string Upload() => Hex("upload_");

    public static string Part() => Hex(PartPrefix);

    public static string Batch() => Hex("batch_");

    public static string BatchRequest() => Hex("batch_req_");

    public static string Conversation() => "conv_" + RandomNumberGenerator.GetHexString(ItemLength, lowercase: true);

    private static string Hex(string prefix) => prefix + RandomNumberGenerator.GetHexString(HexLength, lowercase: true);
}
