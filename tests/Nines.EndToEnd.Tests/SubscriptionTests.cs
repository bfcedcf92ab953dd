using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Nines.Testing;

namespace Nines.EndToEnd.Tests;

/// <summary>The real executable with a real mail server: from the form to the mailbox, and what a kill -9 leaves.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed partial class SubscriptionTests
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task From_the_form_to_the_mailbox_and_out_again_with_kills_in_between()
    {
        Assert.SkipWhen(MailHost.Missing is not null, MailHost.Missing ?? "");
        await using var host = await MailHost.StartAsync();
        await using var shop = new SwitchedServer();
        await using var api = new SwitchedServer();
        using var folder = new TemporaryFolder();
        var port = Ports.Free();
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "nines.yaml"), $"""
            data: ./data
            listen: off
            components:
              - name: int-shop
                kind: dapp
                probes:
                  - http: {shop.Url}
                    every: 1s
                    timeout: 1s
                    conditions:
                      - body contains "well"
              - name: int-api
                kind: dapp
                probes:
                  - http: {api.Url}
                    every: 1s
                    timeout: 1s
                    conditions:
                      - body contains "well"
            mail:
              server: smtp://{MailHost.User}@localhost:{host.Port}
              password_file: secret
              tls: true
              ca_file: {host.RootFile}
              from: Example status <status@example.org>
            status_page:
              name: Example
              url: http://127.0.0.1:{port}
              listen: 127.0.0.1:{port}
              incidents_after: 0s
              components:
                - id: shop
                  name: Shop
                  shows: [int-shop]
                - id: api
                  name: API
                  shows: [int-api]
            subscriptions:
              wait: 1s
              webhook_networks: [127.0.0.1]
            """, Cancel);
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "secret"), MailHost.Password, Cancel);
        using var hook = new Hook();
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };

        await using (var first = await UpAsync(folder))
        {
            foreach (var name in (string[])["alice", "bob"])
                using (var asked = await client.PostAsync("/subscribe", Form(("email", $"{name}@example.org")), Cancel)) Assert.Equal(HttpStatusCode.OK, asked.StatusCode);
            await host.MailboxAsync("alice", 1);
            await host.MailboxAsync("bob", 1);
            first.Kill(); // what was asked for is kept
            await first.ExitAsync();
        }
        await using (var second = await UpAsync(folder))
        {
            using (var asked = await client.PostAsync("/subscribe", Form(("webhook", hook.Url)), Cancel)) Assert.Equal(HttpStatusCode.OK, asked.StatusCode);
            await hook.HearsAsync("nines.subscription.challenge");
            foreach (var name in (string[])["alice", "bob"])
            {
                var confirm = Link().Match(Text(host.Mailbox(name)[0])).Value;
                // A program that looks into links confirms nothing.
                Assert.Contains("method=\"post\"", await client.GetStringAsync(confirm, Cancel), StringComparison.Ordinal);
                using var yes = await client.PostAsync(confirm, null, Cancel);
                Assert.Equal(HttpStatusCode.OK, yes.StatusCode);
            }
            shop.Good = false;
            await MailAboutAsync(host, "alice", "Shop: not available");
            await MailAboutAsync(host, "bob", "Shop: not available");
            await hook.HearsAsync("Shop: not available");
            second.Kill();
            await second.ExitAsync();
        }
        await using (var third = await UpAsync(folder))
        {
            var news = await MailAboutAsync(host, "alice", "Shop: not available");
            Assert.DoesNotContain("int-shop", news, StringComparison.Ordinal);
            Assert.DoesNotContain($":{shop.Port}", news, StringComparison.Ordinal);
            var leave = OneClick().Match(news).Groups[1].Value;
            using (var looked = await client.GetAsync(leave, Cancel)) Assert.Equal(HttpStatusCode.OK, looked.StatusCode);
            using (var left = await client.PostAsync(leave, Form(("List-Unsubscribe", "One-Click")), Cancel)) Assert.Equal(HttpStatusCode.OK, left.StatusCode);
            api.Good = false;
            await MailAboutAsync(host, "bob", "API: not available");
            await hook.HearsAsync("API: not available");
            Assert.Equal(0, await third.TerminateAsync());
            Assert.DoesNotMatch("NIN[0-9]{4}", third.Said);
        }
        Assert.DoesNotContain(host.Mailbox("alice"), mail => Text(mail).Contains("API: not available", StringComparison.Ordinal));
        // Sent again or not after the kill, by its id it is one.
        foreach (var name in (string[])["alice", "bob"])
            Assert.Single(host.Mailbox(name).Select(Text).Where(mail => mail.Contains("Shop: not available", StringComparison.Ordinal)).Select(mail => MessageId().Match(mail).Value).Distinct());
        Assert.Equal(2, hook.Events.Where(body => body.Contains("nines.page.incident_opened", StringComparison.Ordinal)).Select(body => EventId().Match(body).Value).Distinct().Count());
        foreach (var file in Directory.EnumerateFiles(Path.Combine(folder.Path, "data"), "*", SearchOption.AllDirectories))
            Assert.DoesNotContain("alice", Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file, Cancel)), StringComparison.Ordinal);
    }

    private static async Task<string> MailAboutAsync(MailHost host, string local, string words)
    {
        string? Find() => host.Mailbox(local).Select(Text).FirstOrDefault(mail => mail.Contains(words, StringComparison.Ordinal));
        await Patience.UntilAsync($"{local} has a mail about {words}", () => Find() is not null, host.Log, cancellation: Cancel);
        return Find()!;
    }

    private static async Task<NinesProcess> UpAsync(TemporaryFolder folder)
    {
        var nines = NinesProcess.Start(folder.Path, "up");
        await nines.SaysAsync("The status page listens on ");
        return nines;
    }

    /// <summary>A receiver of webhooks that answers challenges with themselves.</summary>
    private sealed class Hook : IDisposable
    {
        private readonly HttpListener listener = new();
        private readonly ConcurrentQueue<string> events = new();

        public Hook()
        {
            Url = $"http://127.0.0.1:{Ports.Free()}/";
            listener.Prefixes.Add(Url);
            listener.Start();
            _ = TakeAsync();
        }

        public string Url { get; }

        public IEnumerable<string> Events => events;

        public Task HearsAsync(string words) =>
            Patience.UntilAsync($"the webhook is told '{words}'", () => events.Any(body => body.Contains(words, StringComparison.Ordinal)), () => string.Join('\n', events), cancellation: Cancel);

        public void Dispose() => listener.Close();

        private async Task TakeAsync()
        {
            while (listener.IsListening)
            {
                try
                {
                    var context = await listener.GetContextAsync();
                    using var reader = new StreamReader(context.Request.InputStream);
                    var body = await reader.ReadToEndAsync();
                    await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(Challenge().Match(body).Groups[1].Value));
                    context.Response.Close();
                    events.Enqueue(body);
                }
                catch (Exception gone) when (gone is HttpListenerException or ObjectDisposedException or IOException)
                {
                    continue; // the sender was killed, or the test is over
                }
            }
        }
    }

    private static FormUrlEncodedContent Form(params (string Name, string Value)[] fields) => new(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));

    /// <summary>Quoted-printable taken off, as far as a link and a subject need it.</summary>
    private static string Text(byte[] mail) => Encoding.UTF8.GetString(mail).Replace("\r\n", "\n", StringComparison.Ordinal).Replace("=\n", "", StringComparison.Ordinal).Replace("=3D", "=", StringComparison.Ordinal);

    [GeneratedRegex("http://[^\\s\"<>]+token=[A-Za-z0-9_-]+")]
    private static partial Regex Link();

    [GeneratedRegex("\"challenge\":\\s*\"([^\"]+)\"")]
    private static partial Regex Challenge();

    [GeneratedRegex("\"id\":\\s*\"[^\"]+\"")]
    private static partial Regex EventId();

    [GeneratedRegex("Message-ID: \\S+")]
    private static partial Regex MessageId();

    [GeneratedRegex("List-Unsubscribe:\\s*<([^>]+)>")]
    private static partial Regex OneClick();
}
