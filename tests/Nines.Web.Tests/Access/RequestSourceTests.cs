using System.Collections.Immutable;
using System.Net;
using Microsoft.AspNetCore.Http;
using Nines.Web.Access;

namespace Nines.Web.Tests.Access;

public sealed class RequestSourceTests
{
    private static readonly AccessSettings Settings = new() { Url = new Uri("https://nines.example.com/"), Hosts = ["nines"] };

    [Theory]
    [InlineData("127.0.0.1:9464", true)]
    [InlineData("[::1]:9464", true)]
    [InlineData("192.168.1.20:9464", true)]
    [InlineData("localhost", true)]
    [InlineData("NINES.example.com", true)]
    [InlineData("nines:9464", true)]
    [InlineData("nines.example.com.", true)]
    [InlineData("evil.example.net", false)]
    [InlineData("127.0.0.1.evil.example.net", false)]
    [InlineData("localhost.evil.example.net", false)]
    [InlineData("nines.example.com.evil.net", false)]
    [InlineData("", false)]
    public void A_strange_name_that_leads_to_us_is_not_ours(string host, bool ours) => Assert.Equal(ours, RequestSource.IsOurName(new HostString(host), Settings));

    [Theory]
    [InlineData(null, "http://127.0.0.1:9464", true)]
    [InlineData("same-origin", "http://127.0.0.1:9464", true)]
    [InlineData("same-origin", null, true)]
    [InlineData(null, "https://nines.example.com", true)]
    [InlineData("cross-site", "http://127.0.0.1:9464", false)]
    [InlineData("same-site", null, false)]
    [InlineData("none", null, false)]
    [InlineData(null, "null", false)]
    [InlineData(null, "http://127.0.0.1:9465", false)]
    [InlineData(null, "http://nines.example.com", false)]
    [InlineData(null, "https://evil.example.net", false)]
    [InlineData("same-origin", "https://evil.example.net", false)]
    [InlineData(null, "file://127.0.0.1:9464", false)]
    [InlineData(null, null, null)]
    public void A_page_is_ours_by_what_the_browser_says_of_it(string? site, string? origin, bool? ours)
    {
        var request = new DefaultHttpContext().Request;
        request.Host = new HostString("127.0.0.1:9464");
        if (site is not null) request.Headers["Sec-Fetch-Site"] = site;
        if (origin is not null) request.Headers.Origin = origin;
        Assert.Equal(ours, RequestSource.IsOurPage(request, Settings));
    }

    [Theory]
    [InlineData("/", "/")]
    [InlineData("/outages/abc-1?from=x#y", "/outages/abc-1?from=x#y")]
    [InlineData(null, "/")]
    [InlineData("", "/")]
    [InlineData("//evil.example.net", "/")]
    [InlineData("/\\evil.example.net", "/")]
    [InlineData("/a\\..\\evil", "/")]
    [InlineData("https://evil.example.net", "/")]
    [InlineData("javascript:alert(1)", "/")]
    [InlineData("evil", "/")]
    [InlineData("/\t/evil.example.net", "/")]
    [InlineData("/x\r\nSet-Cookie: a=b", "/")]
    [InlineData("/login?next=/login", "/")]
    [InlineData("/logout", "/")]
    public void After_a_log_in_nobody_is_sent_elsewhere(string? next, string to) => Assert.Equal(to, RequestSource.SafePath(next));

    [Theory]
    [InlineData("203.0.113.9", null, "203.0.113.9")]
    [InlineData("203.0.113.9", "198.51.100.1", "203.0.113.9")]
    [InlineData("10.0.0.2", "198.51.100.1", "198.51.100.1")]
    [InlineData("::ffff:10.0.0.2", "198.51.100.1", "198.51.100.1")]
    [InlineData("10.0.0.2", "1.2.3.4, 198.51.100.1, 10.0.0.3", "198.51.100.1")]
    [InlineData("10.0.0.2", "what it likes", "10.0.0.2")]
    [InlineData("10.0.0.2", "1.2.3.4, what it likes", "10.0.0.2")]
    public void Only_a_proxy_of_ours_is_believed_where_somebody_comes_from(string peer, string? forwarded, string from) =>
        Assert.Equal(IPAddress.Parse(from), Seen(IPAddress.Parse(peer), forwarded, "https", IPNetwork.Parse("10.0.0.0/8")).From);

    [Fact]
    public void Without_a_proxy_of_ours_nobody_is_believed() => Assert.Equal((IPAddress.Loopback, false), Seen(IPAddress.Loopback, "198.51.100.1", "https"));

    [Theory]
    [InlineData("10.0.0.2", "https", true)]
    [InlineData("10.0.0.2", "http", false)]
    [InlineData("10.0.0.2", null, false)]
    [InlineData("10.0.0.2", "https\r\nX: y", false)]
    [InlineData("203.0.113.9", "https", false)]
    public void Only_a_proxy_of_ours_is_believed_that_the_browser_speaks_TLS(string peer, string? scheme, bool isHttps) =>
        Assert.Equal(isHttps, Seen(IPAddress.Parse(peer), null, scheme, IPNetwork.Parse("10.0.0.0/8")).IsHttps);

    [Fact]
    public void A_thousand_hops_are_not_followed()
    {
        var (from, _) = Seen(IPAddress.Parse("10.0.0.2"), "198.51.100.1, " + string.Join(", ", Enumerable.Repeat("10.0.0.3", 1_000)), null, IPNetwork.Parse("10.0.0.0/8"));
        Assert.Equal(IPAddress.Parse("10.0.0.3"), from);
    }

    private static (IPAddress? From, bool IsHttps) Seen(IPAddress peer, string? forwarded, string? scheme, params ImmutableArray<IPNetwork> proxies)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = peer;
        context.Request.Scheme = "http";
        if (forwarded is not null) context.Request.Headers["X-Forwarded-For"] = forwarded;
        if (scheme is not null) context.Request.Headers["X-Forwarded-Proto"] = scheme;
        new OwnProxies(() => proxies).Apply(context);
        return (context.Connection.RemoteIpAddress is { IsIPv4MappedToIPv6: true } mapped ? mapped.MapToIPv4() : context.Connection.RemoteIpAddress, context.Request.IsHttps);
    }

    [Theory]
    [InlineData("GET", "navigate", null, "text/html", true)]
    [InlineData("GET", null, null, "text/html,application/xhtml+xml,*/*;q=0.8", true)]
    [InlineData("POST", "navigate", null, "text/html", true)]
    [InlineData("POST", null, null, "*/*", true)]
    [InlineData("GET", "cors", "true", "*/*", false)]
    [InlineData("GET", null, "true", "text/html", false)]
    [InlineData("GET", "cors", null, "text/event-stream", false)]
    [InlineData("GET", null, null, "text/event-stream", false)]
    [InlineData("GET", "no-cors", null, "text/css", false)]
    public void Who_opens_a_page_or_sends_a_form_is_there_and_a_page_that_fetches_by_itself_is_not(string method, string? mode, string? htmx, string accept, bool isAct)
    {
        var request = new DefaultHttpContext().Request;
        request.Method = method;
        request.Headers.Accept = accept;
        if (mode is not null) request.Headers["Sec-Fetch-Mode"] = mode;
        if (htmx is not null) request.Headers["HX-Request"] = htmx;
        Assert.Equal(isAct, RequestSource.IsAct(request));
    }

    [Theory]
    [InlineData(Role.Viewer, "8.8.8.8", true)]
    [InlineData(Role.Viewer, "10.1.2.3", false)]
    [InlineData(Role.Viewer, "127.0.0.1", false)]
    [InlineData(Role.Viewer, "::1", false)]
    [InlineData(Role.Viewer, "::ffff:127.0.0.1", false)]
    [InlineData(Role.Viewer, "169.254.169.254", false)]
    [InlineData(Role.Responder, "10.1.2.3", true)]
    [InlineData(Role.Responder, "127.0.0.1", true)]
    [InlineData(Role.Responder, "169.254.169.254", false)]
    [InlineData(Role.Responder, "fd00:ec2::254", false)]
    [InlineData(Role.Admin, "198.51.100.1", true)]
    [InlineData(Role.Admin, "169.254.169.254", false)]
    [InlineData(Role.Admin, "fd00:ec2::254", false)]
    [InlineData(Role.Admin, "fe80::1", false)]
    [InlineData(Role.None, "8.8.8.8", false)]
    public void A_probe_is_pointed_only_where_the_role_may_look(Role role, string address, bool may) =>
        Assert.Equal(may, new LookSettings().RuleFor(role).Allows(IPAddress.Parse(address).GetAddressBytes()));

    [Fact]
    public void Metadata_services_are_looked_at_when_the_config_says_so() =>
        Assert.True(new LookSettings { Metadata = true }.RuleFor(Role.Admin).Allows(IPAddress.Parse("169.254.169.254").GetAddressBytes()));
}
