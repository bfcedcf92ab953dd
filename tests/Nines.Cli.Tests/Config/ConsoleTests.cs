using System.Net;
using Nines.Cli.Config;
using Nines.Web.Access;
using NodaTime;

namespace Nines.Cli.Tests.Config;

/// <summary>Who may come in, by the config: <c>console</c>.</summary>
public sealed class ConsoleTests
{
    private const string Shop = "components: [{name: shop, kind: dapp, probes: [{http: 'https://shop.example/'}]}]\n";

    private const string Console = """
        console:
          url: https://nines.example.com
          anonymous: viewer
          hosts: [nines]
          proxies: [127.0.0.1, 10.0.0.0/8]
          sessions: {idle: 1h}
          jwt: {issuer: "https://login.example.com/", audience: nines, keys: "https://login.example.com/jwks", handle: uid, roles: {oncall: responder, sre: admin}, otherwise: viewer}
          look: {viewer: nowhere, metadata: true}

        """;

    [Fact]
    public void Nobody_comes_in_unless_it_says_so()
    {
        var access = Loading.Loaded(Shop).Access;
        Assert.Equal(Role.None, access.Anonymous);
        Assert.Null(access.Jwt);
        Assert.Empty(access.Proxies);
        Assert.Equal(LookReach.Public, access.Look.Viewer);
        Assert.DoesNotContain("console", Loading.Loaded(Shop).Json, StringComparison.Ordinal);
    }

    [Fact]
    public void What_it_says_is_what_the_web_server_goes_by()
    {
        var access = Loading.Loaded(Shop + Console).Access;
        Assert.Equal((Role.Viewer, Duration.FromHours(1), Duration.FromDays(7), true), (access.Anonymous, access.SessionIdle, access.SessionLongest, access.IsHttps));
        Assert.Equal([IPNetwork.Parse("127.0.0.1/32"), IPNetwork.Parse("10.0.0.0/8")], access.Proxies);
        Assert.Equal(("uid", "roles", Role.Admin, Role.Viewer), (access.Jwt!.HandleClaim, access.Jwt.RoleClaim, access.Jwt.Roles["sre"], access.Jwt.Otherwise));
        Assert.Equal((LookReach.Nowhere, LookReach.Any, true), (access.Look.Viewer, access.Look.Admin, access.Look.Metadata));
    }

    [Fact]
    public void It_is_on_record_and_can_be_changed_while_watching()
    {
        var (before, after) = (Loading.Loaded(Shop), Loading.Loaded(Shop + Console));
        Assert.Contains("\"console\":{\"url\":\"https://nines.example.com\",\"anonymous\":\"viewer\"", after.Json, StringComparison.Ordinal);
        Assert.NotEqual(before.Digest, after.Digest);
        var change = ConfigChange.Between(before, after);
        Assert.Empty(change.Refusals);
        Assert.Single(change.KeptProbes);
    }
}
