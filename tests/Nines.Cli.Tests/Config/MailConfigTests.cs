using Nines.Cli.Config;
using Nines.Response.Mail;

namespace Nines.Cli.Tests.Config;

public sealed class MailConfigTests
{
    private const string Shop = "components: [{name: shop, kind: dapp, probes: [{http: 'https://shop.example/'}]}]\n";

    [Theory]
    [InlineData("smtp://u:geheim@mail.example", "", "mail.example", 587, MailTls.StartTls, "geheim")]
    [InlineData("smtps://u%40example.org:a%2Fb@mail.example", "", "mail.example", 465, MailTls.Implicit, "a/b")]
    [InlineData("smtp://u@bücher.example:2525", ", password: geheim", "xn--bcher-kva.example", 2525, MailTls.StartTls, "geheim")]
    [InlineData("smtp://localhost", "", "localhost", 25, MailTls.Off, null)]
    [InlineData("smtp://127.0.0.1:1025", "", "127.0.0.1", 1025, MailTls.Off, null)]
    [InlineData("smtp://[::1]", ", tls: true", "::1", 25, MailTls.StartTls, null)]
    [InlineData("smtp://mail.example", ", tls: false", "mail.example", 587, MailTls.Off, null)]
    public void A_server_is_read_and_protected_unless_it_is_on_this_machine(string server, string more, string host, int port, MailTls tls, string? password)
    {
        var config = Loading.Loaded($"{Shop}mail: {{server: '{server}', from: 'Nines <status@example.org>'{more}}}\n");
        var read = config.Mail!.Server;
        Assert.Equal((host, port, tls, password), (read.Host, read.Port, read.Tls, read.Password));
        Assert.Contains("\"mail\":{\"server\":\"<secret>\"", config.Json, StringComparison.Ordinal);
        if (password is not null)
        {
            Assert.DoesNotContain(password, config.Json, StringComparison.Ordinal);
            if (password.Length >= 4) Assert.DoesNotContain(password, config.Redaction.Apply($"it said {password}"), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("server: 'http://mail.example', from: a@example.org", "'server' is not a mail server.")]
    [InlineData("server: 'smtp://u:geheim@mail.example', tls: false, from: a@example.org", "'server' would send the password without TLS to another machine.")]
    [InlineData("server: 'smtps://mail.example', tls: false, from: a@example.org", "'server' is smtps://")]
    [InlineData("server: 'smtp://u@mail.example', from: a@example.org", "'server' names a user without a password.")]
    [InlineData("server: 'smtp://mail.example', password: geheim, from: a@example.org", "'server' names no user")]
    [InlineData("server: 'smtp://u:geheim@mail.example', password: geheim, from: a@example.org", "'server' holds a password already")]
    [InlineData("server: 'smtp://u:a%0d%0aMAIL@mail.example', from: a@example.org", "'server' has a user or a password with a control character.")]
    [InlineData("server: 'smtp://mail.example', from: nobody", "'from' is not an e-mail address.")]
    [InlineData("server: 'smtp://mail.example', from: a@example.org, reply_to: '@'", "'reply_to' is not an e-mail address.")]
    [InlineData("server: 'smtp://mail.example', from: a@example.org, ca_file: none.pem", "'ca_file' cannot be used")]
    [InlineData("server: 'smtp://mail.example', from: a@example.org, most_per_minute: 0", "is below 1")]
    public void What_cannot_work_is_said_and_the_password_is_not(string mail, string problem)
    {
        var mistakes = Loading.Refused($"{Shop}mail: {{{mail}}}\n");
        Assert.Contains(mistakes, mistake => mistake.Message.Contains(problem, StringComparison.Ordinal));
        Assert.DoesNotContain(mistakes, mistake => mistake.Message.Contains("geheim", StringComparison.Ordinal));
    }
}

public sealed class SubscriptionConfigTests
{
    private const string Page = """
        components: [{name: shop, kind: dapp, probes: [{http: 'https://shop.example/'}]}]
        status_page: {name: Example, url: 'https://status.example.org', listen: '127.0.0.1:8443', components: [{id: shop, name: Shop, shows: [shop]}]}

        """;

    [Fact]
    public void The_forms_can_be_at_another_address_than_the_page_s()
    {
        Assert.Null(Loading.Loaded(Page + "subscriptions: {}\n").StatusPage!.Options.Desk);
        Assert.Equal("https://subscribe.example.org/in/", Loading.Loaded(Page + "subscriptions: {url: 'https://subscribe.example.org/in'}\n").StatusPage!.Options.Desk!.AbsoluteUri);
        Assert.Contains(Loading.Refused(Page + "subscriptions: {url: 'ftp://subscribe.example.org'}\n"), mistake => mistake.Message.Contains("where people subscribe begins with https://", StringComparison.Ordinal));
    }

    [Fact]
    public void Regions_have_public_names_where_they_are_given_and_only_those_that_are_watched_from()
    {
        const string there = "vantage_points: [{name: fra, region: eu}, {name: nyc, region: us}]\n";
        Assert.Equal("Europe", Loading.Loaded(there + Page.Replace("listen:", "regions: {eu: Europe}, listen:", StringComparison.Ordinal)).StatusPage!.Options.Regions["eu"]);
        var wrong = Loading.Refused(there + Page.Replace("listen:", "regions: {eur: Europe}, listen:", StringComparison.Ordinal));
        Assert.Contains(wrong, mistake => mistake.Message.Contains("Did you mean 'eu'?", StringComparison.Ordinal));
    }

    [Fact]
    public void Webhooks_are_at_public_addresses_and_in_the_networks_that_are_named()
    {
        var rule = Loading.Loaded(Page + "subscriptions: {webhook_networks: [10.20.0.0/16, '::1']}\n").Subscriptions!.Options.Webhooks;
        Assert.True(rule.Allows([10, 20, 1, 1]));
        Assert.False(rule.Allows([10, 21, 1, 1]));
        Assert.True(rule.Allows([1, 1, 1, 1]));
        Assert.True(rule.Allows(System.Net.IPAddress.IPv6Loopback.GetAddressBytes()));
        Assert.False(Loading.Loaded(Page + "subscriptions: {}\n").Subscriptions!.Options.Webhooks.Allows([127, 0, 0, 1]));
    }

    [Theory]
    [InlineData("subscriptions: {webhook_networks: [here]}", "here is no network.")]
    [InlineData("subscriptions: {proxies: [10.0.0.0/99]}", "10.0.0.0/99 is no network.")]
    [InlineData("subscriptions: {most: 0}", "is below 1")]
    public void What_cannot_be_is_said(string config, string problem) =>
        Assert.Contains(Loading.Refused($"{Page}{config}\n"), mistake => mistake.Message.Contains(problem, StringComparison.Ordinal));

    [Fact]
    public void Without_a_listener_nobody_could_subscribe() =>
        Assert.Contains(Loading.Refused(Page.Replace(", listen: '127.0.0.1:8443'", ", export: out", StringComparison.Ordinal) + "subscriptions: {}\n"), mistake => mistake.Message.Contains("write 'status_page' with 'listen'", StringComparison.Ordinal));

    [Fact]
    public void A_running_watch_does_not_take_over_other_subscriptions()
    {
        static int Refusals(string before, string after) => ConfigChange.Between(Loading.Loaded(Page + before), Loading.Loaded(Page + after)).Refusals.Length;
        const string One = "subscriptions: {proxies: [127.0.0.1]}\n";
        Assert.Equal(0, Refusals(One, One));
        Assert.Equal(1, Refusals(One, ""));
        Assert.Equal(1, Refusals(One, One.Replace("127.0.0.1", "127.0.0.2", StringComparison.Ordinal)));
        Assert.Equal(1, Refusals(One, "subscriptions: {proxies: [127.0.0.1], webhooks: false}\n"));
    }
}
