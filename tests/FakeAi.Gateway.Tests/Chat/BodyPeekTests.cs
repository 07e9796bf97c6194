using System.Text;
using FakeAi.Gateway.Chat;

namespace FakeAi.Gateway.Tests.Chat;

public sealed class BodyPeekTests
{
    [Theory]
    [InlineData("""{"model":"gpt-4o","stream":true}""", "gpt-4o", true)]
    [InlineData("""{"messages":[{"model":"inner","stream":true}],"x":{"model":"y"},"stream":false,"model":"outer"}""", "outer", false)]
    [InlineData("""{"m\u006fdel":"escaped","stream":true}""", "escaped", true)]
    [InlineData("""{"model":5,"stream":"true"}""", null, false)]
    [InlineData("""{"model":{"a":[1]},"stream":true}""", null, true)]
    [InlineData("""{"model":"kept","messages":[""", "kept", false)]
    [InlineData("""{"model":"kept",,}""", "kept", false)]
    [InlineData("", null, false)]
    [InlineData("[]", null, false)]
    [InlineData("nonsense", null, false)]
    [InlineData("{", null, false)]
    [InlineData("""{"model"}""", null, false)]
    [InlineData("""{"model":"\ud800"}""", null, false)]
    public void Peek_OfABody_FindsTopLevelFieldsOnly(string json, string? model, bool stream) =>
        Assert.Equal(new BodyPeek(model, stream), BodyPeek.Of(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void Peek_OfExtremes_StaysBounded()
    {
        var deep = new string('[', 100_000);

        Assert.Equal(new BodyPeek("a", false), BodyPeek.Of(Encoding.UTF8.GetBytes($$"""{"model":"a","x":{{deep}}""")));
        Assert.Equal(256, BodyPeek.Of(Encoding.UTF8.GetBytes($$"""{"model":"{{new string('m', 9999)}}"}""")).Model?.Length);
        Assert.Equal(default, BodyPeek.Of([(byte)'{', (byte)'"', 0xff, 0xfe, (byte)'"', (byte)':', (byte)'1', (byte)'}']));
    }
}
