using FsCheck;
using FsCheck.Fluent;
using Nines.Core;
using Nines.Testing;

namespace Nines.Probing.Tests.Paths;

public sealed class RedactionTests
{
    private static readonly string[] Fragments =
    [
        "https://", "http://u:p4ss@h.example", "/v3/", "0123456789abcdef0123456789abcdef", "?apikey=", "&x=1", "hunter2", "#access_token=", " ", "<secret>", "@", ":",
        "Authorization: ", "Bearer ", "/health", "s3cr3t-value", "s3cr", "\n", "eth.example", "=", "<sec", "ret>", "0x6B175474E89094C44Da98b954EedeAC495271d0F",
    ];

    private static readonly Redaction Known = new(["hunter2", "s3cr3t-value", "value?apikey=", "et>hunter", "p4ss"]);

    private static Gen<string> Texts => Gen.Elements(Fragments).ListOf().Select(parts => string.Concat(parts));

    [Fact]
    public void No_known_secret_survives_and_a_second_pass_changes_nothing() =>
        Prop.ForAll(Texts.ToArbitrary(), text =>
        {
            var once = Known.Apply(text);
            return Known.Apply(once) == once && !once.Contains("hunter2", StringComparison.Ordinal) && !once.Contains("s3cr3t-value", StringComparison.Ordinal);
        }).Check(SameDraws.Config.WithMaxTest(3000));

    [Fact]
    public void Any_text_can_be_redacted_and_a_second_pass_changes_nothing() =>
        Prop.ForAll<string?, string?>((text, secret) =>
        {
            var redaction = new Redaction([secret ?? ""]);
            var once = redaction.Apply(text + "https://h/" + secret + "?" + text);
            return redaction.Apply(once) == once;
        }).Check(SameDraws.Config.WithMaxTest(2000));

    [Theory]
    [InlineData("https://mainnet.example/v3/0123456789abcdef0123456789abcdef", "https://mainnet.example/v3/<secret>")]
    [InlineData("wss://eth.example/v2/abCdEfGhIjKlMnOp_-qrs/logs", "wss://eth.example/v2/<secret>/logs")]
    [InlineData("https://user:pa@ss@h.example/a", "https://<secret>@h.example/a")]
    [InlineData("https://h.example/a?apikey=1234&b=2", "https://h.example/a?apikey=<secret>&b=2")]
    [InlineData("https://h.example/cb#access_token=1234", "https://h.example/cb#access_token=<secret>")]
    [InlineData("X-Api-Key: abc def", "X-Api-Key: <secret>")]
    [InlineData("https://h.example/tokens/0x6B175474E89094C44Da98b954EedeAC495271d0F", "https://h.example/tokens/0x6B175474E89094C44Da98b954EedeAC495271d0F")]
    [InlineData("https://h.example/api/v1/health?full=true", "https://h.example/api/v1/health?full=true")]
    [InlineData("https://h.example/a-rather-long-status-page", "https://h.example/a-rather-long-status-page")]
    public void What_looks_like_a_key_is_taken_out_and_the_rest_stays(string text, string expected) => Assert.Equal(expected, Redaction.ByShape.Apply(text));

    [Fact]
    public void The_credentials_of_a_url_are_found_without_the_url_too()
    {
        var redaction = Redaction.For(new Uri("https://u:pass%21word@h.example/v3/0123456789abcdef0123456789abcdef?sig=q1w2e3"), ["other-secret"]);
        Assert.Equal("<secret> <secret> <secret> <secret> fine", redaction.Apply("0123456789abcdef0123456789abcdef pass!word q1w2e3 other-secret fine"));
    }
}
