using System.Text;
using Nines.Core.Components;

namespace Nines.Cli.Config;

/// <summary>A first nines.yaml: commented, small, and without a mistake.</summary>
public static class StarterConfig
{
    public const string FileName = "nines.yaml";

    private const string Chain = "chain";
    private const string FirstNode = "node-1";

    /// <param name="url">Page to watch; null when there is an EVM node instead, or for an example to be replaced.</param>
    /// <param name="evm">Address of an EVM node; null for none.</param>
    /// <param name="name">Of the page, or of the node when there is no page; null makes one of the address.</param>
    /// <exception cref="FormatException">An address or a name is not one.</exception>
    public static string Text(Uri? url, Uri? evm, string? name = null)
    {
        if (url is { Scheme: not ("http" or "https") }) throw new FormatException("The address of a page begins with https:// or http://.");
        if (evm is { Scheme: not ("http" or "https" or "ws" or "wss") }) throw new FormatException("The address of a node begins with https://, http://, wss:// or ws://.");
        if (name is not null && !Name.IsValid(name)) throw new FormatException($"A name is 1 to {Name.MaxLength} of a-z, 0-9, '-', '_' and '.', starting with a letter or digit.");
        if (evm is not null && (name == Chain || url is not null && name == FirstNode)) throw new FormatException($"The name '{name}' is taken by the EVM node's part of the file. Give another.");
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
        if (page is not null) text.Append(Page(page, name ?? NameOf(page)));
        if (evm is not null) text.Append(Node(evm, page is null ? name ?? FirstNode : FirstNode));
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
    /// <param name="secret">Only its owner may read it.</param>
    /// <returns>False when there is one already.</returns>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static bool Write(string path, string text, bool secret = false)
    {
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (secret && !OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using var file = new FileStream(path, options);
            file.Write(Encoding.UTF8.GetBytes(text));
            return true;
        }
        catch (IOException) when (File.Exists(path))
        {
            return false;
        }
    }

    private static string Page(Uri url, string name) => $"""
          - name: {name}
            kind: dapp
            probes:
              - http: {Quoted(url)}
                every: 10s
                timeout: 5s
                conditions:
                  - status == 200
                  - round_trip < 2s else degraded

        """;

    private static string Node(Uri evm, string name) => $"""
          - name: {Chain}
            kind: chain
            block_time: 12s            # Ethereum; Base, Optimism 2s; Polygon 2s
          - name: {name}
            kind: node
            chain: {Chain}
            labels: {"{client: geth}"}     # provider, client, region, …: what common causes are found by
            probes:
              - evm: {Quoted(evm)}
                every: 10s
                timeout: 5s

        """;

    /// <summary>In quotes: a query may hold what YAML or a variable would take for its own.</summary>
    private static string Quoted(Uri url) => $"\"{url.AbsoluteUri.Replace("${", "$${", StringComparison.Ordinal)}\"";

    /// <summary>The host, where it is a name that says something.</summary>
    private static string NameOf(Uri url)
    {
        var host = url.Host.ToLowerInvariant();
        return url.HostNameType == UriHostNameType.Dns && !url.IsLoopback && Name.IsValid(host) ? host : "my-service";
    }
}
