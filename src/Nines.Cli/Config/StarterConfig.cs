using System.Text;
using Nines.Core.Components;

namespace Nines.Cli.Config;

/// <summary>A first nines.yaml: commented, small, and without a mistake.</summary>
public static class StarterConfig
{
    public const string FileName = "nines.yaml";

    /// <param name="url">Page to watch; null when there is an EVM node instead, or for an example to be replaced.</param>
    /// <param name="evm">Address of an EVM node; null for none.</param>
    /// <exception cref="FormatException">An address is not one.</exception>
    public static string Text(Uri? url, Uri? evm)
    {
        if (url is { Scheme: not ("http" or "https") }) throw new FormatException("The address of a page begins with https:// or http://.");
        if (evm is { Scheme: not ("http" or "https" or "ws" or "wss") }) throw new FormatException("The address of a node begins with https://, http://, wss:// or ws://.");
        var page = url ?? (evm is null ? new Uri("https://example.com/") : null);
        var text = new StringBuilder("""
            # What Nines watches. 'nines check' says how it understands this file; 'nines up' begins to watch.
            # ${NAME} stands for an environment variable: keep keys and tokens out of the file.

            # What vouches for our own connection: a failed probe counts only while these answer.
            control:
              targets: ["tcp://1.1.1.1:443", "tcp://9.9.9.9:443"]
              names: [one.one.one.one, dns.quad9.net]

            components:

            """);
        if (page is not null) text.Append(Page(page));
        if (evm is not null) text.Append(Node(evm));
        return text.Append("""

            # Windows in which it may be down. Inside one, what is not up counts as maintenance.
            # maintenance:
            #   - name: upgrades
            #     components: all
            #     every: sunday
            #     at: "02:00"
            #     for: 1h
            #     zone: Europe/Berlin

            # Whom to tell.
            # notify:
            #   - slack: ${SLACK_URL}

            """).ToString();
    }

    /// <summary>Writes the file; an existing one stays as it is.</summary>
    /// <returns>False when there is one already.</returns>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static bool Write(string path, string text)
    {
        try
        {
            using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
            file.Write(Encoding.UTF8.GetBytes(text));
            return true;
        }
        catch (IOException) when (File.Exists(path))
        {
            return false;
        }
    }

    private static string Page(Uri url) => $"""
          - name: {NameOf(url)}
            kind: dapp
            probes:
              - http: {Quoted(url)}
                every: 30s
                timeout: 5s
                conditions:
                  - status == 200
                  - round_trip < 2s else degraded

        """;

    private static string Node(Uri evm) => $"""
          - name: chain
            kind: chain
            block_time: 12s            # Ethereum; Base, Optimism 2s; Polygon 2s
          - name: node-1
            kind: node
            chain: chain
            labels: {"{client: geth}"}     # provider, client, region, …: what common causes are found by
            probes:
              - evm: {Quoted(evm)}
                every: 10s
                timeout: 3s

        """;

    /// <summary>In quotes: a query may hold what YAML or a variable would take for its own.</summary>
    private static string Quoted(Uri url) => $"\"{url.AbsoluteUri.Replace("${", "$${", StringComparison.Ordinal)}\"";

    private static string NameOf(Uri url)
    {
        var host = url.Host.ToLowerInvariant();
        return Name.IsValid(host) ? host : "shop";
    }
}
