using System.Globalization;
using System.Text;

namespace Nines.Probing.Tests.Dns;

/// <summary>
/// Zones below test., served by one real server and, through it, by a validating resolver. Signed at each run by BIND's own
/// tools: test. is the top, its key is the trust anchor; the zones below stand for what can be right and wrong with a delegation.
/// </summary>
public sealed class Zones : IAsyncLifetime
{
    private string folder = "";

    /// <summary>Knows the zones, and only them.</summary>
    internal Bind Authority { get; private set; } = null!;

    /// <summary>Asks <see cref="Authority"/>, and checks signatures.</summary>
    internal Bind Resolver { get; private set; } = null!;

    /// <summary>The DS record of test.</summary>
    public string Anchor { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        if (Bind.Missing is not null) return;
        folder = Directory.CreateTempSubdirectory("nines-dns-").FullName;
        await WriteAsync("plain.test", Addresses);
        await Task.WhenAll(
            SignAsync("p256.test", "ECDSAP256SHA256", Addresses),
            SignAsync("p384.test", "ECDSAP384SHA384", Addresses),
            SignAsync("rsa256.test", "RSASHA256", Addresses),
            SignAsync("rsa512.test", "RSASHA512", Addresses),
            SignAsync("ed.test", "ED25519", Addresses),
            SignAsync("tampered.test", "ECDSAP256SHA256", Addresses, signed => signed.Replace("192.0.2.10", "192.0.2.66", StringComparison.Ordinal)),
            SignAsync("stripped.test", "ECDSAP256SHA256", Addresses, signed => string.Join('\n', signed.Split('\n').Where(line => !line.Contains("RRSIG\tA ", StringComparison.Ordinal)))),
            SignAsync("expired.test", "ECDSAP256SHA256", Addresses, lifetime: ["-s", "20200101000000", "-e", "20200201000000"]),
            SignAsync("early.test", "ECDSAP256SHA256", Addresses, lifetime: ["-s", "now+86400", "-e", "now+172800"]),
            SignAsync("otherkey.test", "ECDSAP256SHA256", Addresses));
        var parent = new StringBuilder("ns A 127.0.0.1\nns2 A 127.0.0.1\nplain.test. NS ns.test.\n");
        foreach (var file in Directory.GetFiles(folder, "dsset-*"))
        {
            var ds = (await File.ReadAllTextAsync(file)).Split((char[])[' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries);
            // The parent of this one names a key that the zone does not have.
            if (ds[0] == "otherkey.test.") ds[3] = ds[3] == "11111" ? "22222" : "11111";
            parent.Append(CultureInfo.InvariantCulture, $"{ds[0]} NS ns.test.\n{string.Join(' ', ds)}\n");
        }
        await SignAsync("test", "ECDSAP256SHA256", parent.ToString());
        Anchor = (await File.ReadAllTextAsync(Path.Combine(folder, "dsset-test."))).Trim().Replace('\t', ' ');
        await File.WriteAllTextAsync(Path.Combine(folder, "broken.test.signed"), "this is no zone file");

        var zones = Directory.GetFiles(folder, "*.signed").Select(file => $$"""zone "{{Path.GetFileName(file)[..^7]}}" { type primary; file "{{file}}"; };""");
        Authority = await Bind.StartAsync(folder, "recursion no; dnssec-validation no;", string.Join('\n', zones));
        var root = Path.Combine(folder, "root");   // so that it knows the root without a network
        await File.WriteAllTextAsync(root, "$TTL 300\n@ IN SOA . . 1 3600 600 604800 60\n@ NS ns.test.\ntest. NS ns.test.\nns.test. A 127.0.0.1\n");
        Resolver = await Bind.StartAsync(folder, "recursion yes; dnssec-validation yes; resolver-query-timeout 4000;", $$"""
            zone "." { type primary; file "{{root}}"; };
            zone "test" { type forward; forward only; forwarders { 127.0.0.1 port {{Authority.Port.ToString(CultureInfo.InvariantCulture)}}; }; };
            trust-anchors { {{StaticKey(Anchor)}} };
            """);
    }

    public async ValueTask DisposeAsync()
    {
        if (folder.Length == 0) return;
        await Resolver.DisposeAsync();
        await Authority.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private const string Addresses = """
        app A 192.0.2.10
        app AAAA 2001:db8::10
        pair A 192.0.2.20
        pair A 192.0.2.21
        www CNAME app
        *.wild A 192.0.2.30
        @ MX 10 mail
        @ CAA 0 issue "ca.example"
        _api._tcp SRV 10 60 443 app
        note TXT "hello " "world"

        """;

    private async Task WriteAsync(string zone, string records)
    {
        var big = string.Concat(Enumerable.Range(0, 12).Select(i => string.Create(CultureInfo.InvariantCulture, $"big TXT \"{i:00}{new string('x', 200)}\"\n")));
        await File.WriteAllTextAsync(Path.Combine(folder, zone + ".signed"), $"""
            $TTL 300
            @ IN SOA ns.test. admin.test. 2026010101 3600 600 604800 60
            @ NS ns.test.
            @ NS ns2.test.
            {records}{big}
            """);
    }

    /// <param name="change">What goes wrong after signing.</param>
    private async Task SignAsync(string zone, string algorithm, string records, Func<string, string>? change = null, string[]? lifetime = null)
    {
        await WriteAsync(zone, records);
        var file = Path.Combine(folder, zone + ".signed");
        string[] size = algorithm.StartsWith("RSA", StringComparison.Ordinal) ? ["-b", "2048"] : [];
        await Bind.RunAsync(folder, "dnssec-keygen", ["-q", "-f", "KSK", "-a", algorithm, .. size, zone]);
        await Bind.RunAsync(folder, "dnssec-keygen", ["-q", "-a", algorithm, .. size, zone]);
        await Bind.RunAsync(folder, "dnssec-signzone", [.. lifetime ?? [], "-S", "-P", "-O", "full", "-o", zone, "-f", file, file]);
        if (change is not null) await File.WriteAllTextAsync(file, change(await File.ReadAllTextAsync(file)));
    }

    private static string StaticKey(string ds)
    {
        var words = ds.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return $"{words[0]} static-ds {words[3]} {words[4]} {words[5]} \"{string.Concat(words[6..])}\";";
    }
}
