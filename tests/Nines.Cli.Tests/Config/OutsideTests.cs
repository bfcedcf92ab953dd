using Nines.Cli.Config;

namespace Nines.Cli.Tests.Config;

/// <summary>What <c>nines up</c> sends outside: <c>export</c> and <c>self_check</c>.</summary>
public sealed class OutsideTests
{
    private const string Shop = "components: [{name: shop, kind: dapp, probes: [{http: 'https://shop.example/'}]}]\n";
    private const string Export = "export: {otlp: {endpoint: 'http://127.0.0.1:4318', headers: {authorization: hidden-key}}}\n";
    private const string Outside = "self_check: {url: 'https://outside.example/ping/hidden-key'}\n";

    [Fact]
    public void Its_secrets_are_in_no_record()
    {
        var config = Loading.Loaded(Shop + Export + Outside);
        Assert.DoesNotContain("hidden-key", config.Json, StringComparison.Ordinal);
        Assert.Contains("\"export\":{\"otlp\":{\"endpoint\":\"http://127.0.0.1:4318\",\"every\":\"30s\",\"headers\":{\"authorization\":\"<secret>\"}}}", config.Json, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden-key", config.Redaction.Apply("called https://outside.example/ping/hidden-key with hidden-key"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_running_watch_does_not_take_over_another_one()
    {
        static int Refusals(string before, string after) => ConfigChange.Between(Loading.Loaded(Shop + before), Loading.Loaded(Shop + after)).Refusals.Length;
        Assert.Equal(0, Refusals(Export + Outside, Export + Outside));
        Assert.Equal(1, Refusals(Export, ""));
        Assert.Equal(1, Refusals(Export, Export.Replace("hidden", "other", StringComparison.Ordinal)));
        Assert.Equal(1, Refusals(Outside, Outside.Replace("hidden", "other", StringComparison.Ordinal)));
        Assert.Equal(2, Refusals("", Export + Outside));
    }
}
