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
        using var folder = new TemporaryFolder();
        var port = MailHost.FreePort();
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
            subscriptions:
              wait: 1s
            """, Cancel);
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "secret"), MailHost.Password, Cancel);
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };

        string leave;
        await using (var nines = await UpAsync(folder))
        {
            using (var asked = await client.PostAsync("/subscribe", Form(("email", "alice@example.org"), ("component", "shop")), Cancel)) Assert.Equal(HttpStatusCode.OK, asked.StatusCode);
            var invitation = Text((await host.MailboxAsync("alice", 1))[0]);
            var confirm = Link().Match(invitation).Value;
            Assert.Contains("/subscriptions/confirm?token=", confirm, StringComparison.Ordinal);
            nines.Kill(); // what was asked for is kept
            await nines.ExitAsync();
            await using var again = await UpAsync(folder);
            // A program that looks into links confirms nothing.
            Assert.Contains("method=\"post\"", await client.GetStringAsync(confirm, Cancel), StringComparison.Ordinal);
            using (var yes = await client.PostAsync(confirm, null, Cancel)) Assert.Equal(HttpStatusCode.OK, yes.StatusCode);
            shop.Good = false;
            var news = Text((await host.MailboxAsync("alice", 2))[1]);
            Assert.Contains("Subject: Example: Shop: not available (Incident)", news, StringComparison.Ordinal);
            Assert.DoesNotContain("int-shop", news, StringComparison.Ordinal);
            Assert.DoesNotContain($":{shop.Port}", news, StringComparison.Ordinal);
            leave = OneClick().Match(news).Groups[1].Value;
            again.Kill();
            await again.ExitAsync();
        }
        await using (var last = await UpAsync(folder))
        {
            await Task.Delay(TimeSpan.FromSeconds(5), TimeProvider.System, Cancel); // two looks and the wait: what was taken is not sent again
            Assert.Equal(2, host.Mailbox("alice").Count);
            using (var looked = await client.GetAsync(leave, Cancel)) Assert.Equal(HttpStatusCode.OK, looked.StatusCode);
            using (var left = await client.PostAsync(leave, Form(("List-Unsubscribe", "One-Click")), Cancel)) Assert.Equal(HttpStatusCode.OK, left.StatusCode);
            Assert.Equal(0, await last.TerminateAsync());
            Assert.DoesNotContain("NIN", last.Said, StringComparison.Ordinal);
        }
        Assert.Equal(2, host.Mailbox("alice").Count);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(folder.Path, "data"), "*", SearchOption.AllDirectories))
            Assert.DoesNotContain("alice", Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file, Cancel)), StringComparison.Ordinal);
    }

    private static async Task<NinesProcess> UpAsync(TemporaryFolder folder)
    {
        var nines = NinesProcess.Start(folder.Path, "up");
        await nines.SaysAsync("The status page listens on ");
        return nines;
    }

    private static FormUrlEncodedContent Form(params (string Name, string Value)[] fields) => new(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));

    /// <summary>Quoted-printable taken off, as far as a link and a subject need it.</summary>
    private static string Text(byte[] mail) => Encoding.UTF8.GetString(mail).Replace("\r\n", "\n", StringComparison.Ordinal).Replace("=\n", "", StringComparison.Ordinal).Replace("=3D", "=", StringComparison.Ordinal);

    [GeneratedRegex("http://[^\\s\"<>]+token=[A-Za-z0-9_-]+")]
    private static partial Regex Link();

    [GeneratedRegex("List-Unsubscribe:\\s*<([^>]+)>")]
    private static partial Regex OneClick();
}
