using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Nines.Testing;
using Nines.Web.Access;

namespace Nines.Web.Tests.Access;

public sealed class JwtTests : IDisposable
{
    private readonly Provider provider = new();
    private readonly ManualTimeProvider time = new(Provider.Now);
    private readonly List<string> said = [];
    private readonly JwtKeys keys;
    private JwtSettings settings;

    public JwtTests()
    {
        keys = new JwtKeys(provider.File, time, said.Add);
        settings = new JwtSettings(Provider.Issuer, Provider.Audience, provider.File)
        {
            Roles = ImmutableSortedDictionary<string, Role>.Empty.Add("oncall", Role.Responder).Add("nines-admins", Role.Admin).Add("Read Only", Role.Viewer),
        };
    }

    public void Dispose()
    {
        keys.Dispose();
        provider.Dispose();
    }

    private Task<(string Handle, Role Role)?> CheckAsync(string token) => new JwtBearer(settings, keys, time).CheckAsync(token, default);

    [Theory]
    [InlineData("RS256", "r1")]
    [InlineData("PS256", "r1")]
    [InlineData("ES256", "e1")]
    public async Task A_token_of_the_provider_says_who_asks(string algorithm, string id) =>
        Assert.Equal(("ada", Role.Responder), await CheckAsync(Provider.Token(algorithm: algorithm, id: id)));

    [Fact]
    public async Task A_token_that_was_changed_after_it_was_signed_is_nobody_s()
    {
        var parts = Provider.Token().Split('.');
        var claims = Provider.Claims("roles", new JsonArray("nines-admins")).ToJsonString();
        Assert.Null(await CheckAsync($"{parts[0]}.{Convert.ToBase64String(Encoding.UTF8.GetBytes(claims)).TrimEnd('=').Replace('+', '-').Replace('/', '_')}.{parts[2]}"));
        Assert.Null(await CheckAsync($"{parts[0]}.{parts[1]}."));
        Assert.Null(await CheckAsync($"{parts[0]}.{parts[1]}.AAAA"));
    }

    [Theory]
    [InlineData("none")]
    [InlineData("None")]
    [InlineData("HS256")]
    [InlineData("RS512")]
    public async Task An_algorithm_that_is_not_one_of_three_is_refused_whatever_it_signs(string algorithm) => Assert.Null(await CheckAsync(Provider.Token(algorithm: algorithm)));

    [Fact]
    public async Task A_symmetric_key_in_the_set_verifies_nothing()
    {
        provider.WriteKeys(new JsonObject { ["kty"] = "oct", ["kid"] = "s1", ["k"] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" }, Provider.RsaKey("r1", Provider.Rsa));
        Assert.Null(await CheckAsync(Provider.Token(algorithm: "HS256", id: "s1")));
        Assert.NotNull(await CheckAsync(Provider.Token()));
    }

    [Fact]
    public async Task A_key_of_one_kind_verifies_no_signature_of_another() => Assert.Null(await CheckAsync(Provider.Token(algorithm: "ES256", id: "r1")));

    [Fact]
    public async Task Somebody_else_s_key_under_a_known_name_verifies_nothing()
    {
        using var stranger = RSA.Create(2048);
        Assert.Null(await CheckAsync(Provider.Token(by: stranger)));
        Assert.Null(await CheckAsync(Provider.Token(by: stranger, id: "x1")));
        Assert.Null(await CheckAsync(Provider.Token(by: stranger, header: new JsonObject { ["jwk"] = Provider.RsaKey("r1", stranger) })));
    }

    [Fact]
    public async Task A_header_that_declares_something_critical_is_refused() =>
        Assert.Null(await CheckAsync(Provider.Token(header: new JsonObject { ["crit"] = new JsonArray("b64"), ["b64"] = false })));

    [Theory]
    [InlineData("iss", "https://login.example.net/")]
    [InlineData("iss", null)]
    [InlineData("aud", "other")]
    [InlineData("aud", null)]
    [InlineData("exp", null)]
    [InlineData("preferred_username", null)]
    [InlineData("preferred_username", "ada\r\nX: y")]
    [InlineData("preferred_username", "ada@example.com")]
    [InlineData("roles", null)]
    [InlineData("roles", "visitors")]
    public async Task A_foreign_or_missing_claim_makes_nobody_of_him(string claim, string? value) => Assert.Null(await CheckAsync(Provider.Token(Provider.Claims(claim, value))));

    [Theory]
    [InlineData(-60, null, false)]
    [InlineData(-59, null, true)]
    [InlineData(1, 60, true)]
    [InlineData(1_000, 61, false)]
    public async Task Clocks_may_differ_by_a_minute_and_no_more(int ends, int? begins, bool valid)
    {
        var claims = Provider.Claims("exp", Provider.Now.AddSeconds(ends).ToUnixTimeSeconds());
        claims["nbf"] = begins is { } after ? Provider.Now.AddSeconds(after).ToUnixTimeSeconds() : null;
        if (begins is null) claims.Remove("nbf");
        else if (ends < begins) claims["exp"] = Provider.Now.AddSeconds(600).ToUnixTimeSeconds();
        Assert.Equal(valid, await CheckAsync(Provider.Token(claims)) is not null);
    }

    [Fact]
    public async Task The_highest_role_that_the_claim_comes_to_counts()
    {
        Assert.Equal(Role.Admin, (await CheckAsync(Provider.Token(Provider.Claims("roles", new JsonArray("x", "oncall", "nines-admins")))))?.Role);
        Assert.Equal(Role.Admin, (await CheckAsync(Provider.Token(Provider.Claims("roles", "oncall nines-admins"))))?.Role);
        Assert.Equal(Role.Viewer, (await CheckAsync(Provider.Token(Provider.Claims("roles", "Read Only"))))?.Role);
        settings = settings with { Otherwise = Role.Viewer };
        Assert.Equal(Role.Viewer, (await CheckAsync(Provider.Token(Provider.Claims("roles", "visitors"))))?.Role);
    }

    [Fact]
    public async Task Addresses_of_the_domain_that_the_config_names_lose_it()
    {
        settings = settings with { HandleDomain = "example.com" };
        Assert.Equal("ada", (await CheckAsync(Provider.Token(Provider.Claims("preferred_username", "Ada@Example.com"))))?.Handle);
        Assert.Null(await CheckAsync(Provider.Token(Provider.Claims("preferred_username", "ada@example.net"))));
    }

    [Fact]
    public async Task A_new_key_is_known_within_a_minute_and_one_that_was_taken_away_is_forgotten()
    {
        Assert.NotNull(await CheckAsync(Provider.Token()));
        using var next = RSA.Create(2048);
        provider.WriteKeys(Provider.RsaKey("r2", next));
        Assert.Null(await CheckAsync(Provider.Token(by: next, id: "r2")));
        time.Advance(TimeSpan.FromSeconds(61));
        Assert.NotNull(await CheckAsync(Provider.Token(by: next, id: "r2")));
        Assert.Null(await CheckAsync(Provider.Token()));
    }

    [Fact]
    public async Task Keys_that_cannot_be_had_are_told_once_and_those_before_serve_for_a_day()
    {
        // A token that outlives the day: it is the keys that end.
        var token = Provider.Token(Provider.Claims("exp", Provider.Now.AddDays(3).ToUnixTimeSeconds()));
        Assert.NotNull(await CheckAsync(token));
        System.IO.File.WriteAllText(provider.File.LocalPath, "<html>");
        for (var minutes = 0; minutes < 24 * 60 - 10; minutes += 7)
        {
            time.Advance(TimeSpan.FromMinutes(7));
            Assert.NotNull(await CheckAsync(token));
        }
        time.Advance(TimeSpan.FromMinutes(20));
        Assert.Null(await CheckAsync(token));
        Assert.StartsWith(AccessErrors.Keys, Assert.Single(said), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_over_http_are_asked_for_once_and_unknown_names_do_not_make_it_more()
    {
        using var listener = new HttpListener();
        var port = Ports.Free();
        listener.Prefixes.Add($"http://127.0.0.1:{port}/");
        listener.Start();
        var asked = 0;
        var serving = Task.Run(async () =>
        {
            while (listener.IsListening)
            {
                HttpListenerContext context;
                try
                {
                    context = await listener.GetContextAsync();
                }
                catch (Exception stopped) when (stopped is HttpListenerException or ObjectDisposedException)
                {
                    return;
                }
                asked++;
                var body = Encoding.UTF8.GetBytes(Provider.Set(Provider.RsaKey("r1", Provider.Rsa)));
                await context.Response.OutputStream.WriteAsync(body);
                context.Response.Close();
            }
        });
        using var web = new JwtKeys(new Uri($"http://127.0.0.1:{port}/jwks"), time, said.Add);
        var check = new JwtBearer(settings, web, time);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => check.CheckAsync(Provider.Token(), default)));
        for (var n = 0; n < 50; n++) Assert.Null(await check.CheckAsync(Provider.Token(id: $"k{n}"), default));
        Assert.NotNull(await check.CheckAsync(Provider.Token(), default));
        Assert.Equal(1, asked);
        time.Advance(TimeSpan.FromMinutes(2));
        Assert.Null(await check.CheckAsync(Provider.Token(id: "k"), default));
        Assert.Equal(2, asked);
        listener.Stop();
        await serving;
        Assert.Empty(said);
    }

    [Fact]
    public async Task Who_leaves_while_keys_are_asked_for_does_not_keep_them_from_others()
    {
        using var listener = new HttpListener();
        var port = Ports.Free();
        listener.Prefixes.Add($"http://127.0.0.1:{port}/");
        listener.Start();
        using var web = new JwtKeys(new Uri($"http://127.0.0.1:{port}/jwks"), time, said.Add);
        var check = new JwtBearer(settings, web, time);
        using var left = new CancellationTokenSource();
        var first = check.CheckAsync(Provider.Token(id: "made-up"), left.Token);
        var asked = await listener.GetContextAsync();
        await left.CancelAsync();
        await asked.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(Provider.Set(Provider.RsaKey("r1", Provider.Rsa))));
        asked.Response.Close();
        Assert.Null(await first);
        Assert.NotNull(await check.CheckAsync(Provider.Token(), default));
        Assert.Empty(said);
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("a.b.c")]
    [InlineData("e30.e30.")]
    [InlineData("eyJhbGciOiJSUzI1NiIsImtpZCI6InIxIn0.bm90IGpzb24.AAAA")]
    public async Task What_is_no_token_is_nobody_s(string text) => Assert.Null(await CheckAsync(text));

    [Fact]
    public async Task A_token_of_a_megabyte_is_not_read() => Assert.Null(await CheckAsync($"{new string('a', 1 << 20)}.b.c"));
}
