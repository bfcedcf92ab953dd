using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Net.Sockets;
using Nines.Cli.Config.Binding;
using Nines.Core;
using Nines.Core.Network;
using Nines.Response.Subscriptions;
using NodaTime;

namespace Nines.Cli.Config;

/// <summary>Who may subscribe to the public status page.</summary>
public sealed record SubscriptionsEntry
{
    [Description("Where the listener is reached, https://subscribe.example.org, when status_page.url leads to an exported copy: all links to subscribe, confirm and leave lead there. Default: status_page.url.")]
    public Uri? Url { get; init; }

    [Description("Whether webhooks may be subscribed too. E-mail may when there is a mail server.")]
    public bool Webhooks { get; init; } = true;

    [Description("Networks that webhooks may be in although they are not public, such as 10.20.0.0/16.")]
    public ImmutableArray<string> WebhookNetworks { get; init; } = [];

    [Description("Addresses or networks of reverse proxies, whose X-Forwarded-For is believed.")]
    public ImmutableArray<string> Proxies { get; init; } = [];

    [Description("How long an event waits for others: what begins and ends within is one message.")]
    [DurationRange("0s", "1h")]
    public Duration Wait { get; init; } = Duration.FromSeconds(60);

    [Description("All together, confirmed or not.")]
    [Range(1, 100_000)]
    public int Most { get; init; } = 10_000;
}

/// <summary>Subscriptions as the config has them, read.</summary>
public sealed record SubscriptionSettings(SubscriptionsEntry Written, SubscriptionOptions Options, ImmutableArray<IPNetwork> Proxies)
{
    internal static SubscriptionSettings? Build(Binder binder, SubscriptionsEntry? entry, bool hasListener)
    {
        if (entry is null) return null;
        if (!hasListener) binder.Mistakes.Add(MistakeCode.Combination, binder.PlaceOf(entry), "People subscribe on the status page: write 'status_page' with 'listen'.");
        var networks = Read(binder, entry, "webhook_networks", entry.WebhookNetworks);
        var proxies = Read(binder, entry, "proxies", entry.Proxies);
        var rule = AddressRule.PublicOnly with { Blocks = [.. networks.Select(network => new AddressBlock(network.BaseAddress.GetAddressBytes(), network.PrefixLength))] };
        return new SubscriptionSettings(entry, new SubscriptionOptions { Webhooks = rule, Most = entry.Most, Grace = entry.Wait }, proxies);
    }

    private static ImmutableArray<IPNetwork> Read(Binder binder, SubscriptionsEntry entry, string key, ImmutableArray<string> texts)
    {
        var read = ImmutableArray.CreateBuilder<IPNetwork>();
        for (var i = 0; i < texts.Length; i++)
        {
            if (IPNetwork.TryParse(texts[i], out var network)) read.Add(network);
            else if (IPAddress.TryParse(texts[i], out var one)) read.Add(new IPNetwork(one, one.AddressFamily == AddressFamily.InterNetwork ? 32 : 128));
            else binder.Mistakes.Add(MistakeCode.WrongType, binder.PlaceOf(entry, key, i), $"{Variables.Show(texts[i])} is no network. Write 10.20.0.0/16, or an address.");
        }
        return read.ToImmutable();
    }
}
