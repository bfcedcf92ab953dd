using System.Collections.Frozen;

namespace Nines.Probing.Venues;

/// <summary>What a venue says that its users can do. In order: of several that hold, the last one counts.</summary>
public enum TradingStatus
{
    /// <summary>Orders are taken and matched.</summary>
    Trading,
    /// <summary>The venue said a word that no mapping has.</summary>
    Unknown,
    /// <summary>Only orders that do not match at once.</summary>
    PostOnly,
    /// <summary>Orders can only be taken back.</summary>
    CancelOnly,
    /// <summary>Nothing is taken.</summary>
    Halted,
    /// <summary>The venue says that it works on itself.</summary>
    Maintenance,
}

/// <summary>Venues' words, and what they mean.</summary>
internal static class TradingWords
{
    /// <summary>Words of well-known venues' published documents; a config's own come before them. Case does not count.</summary>
    private static readonly FrozenDictionary<string, TradingStatus> Known = new Dictionary<string, TradingStatus>
    {
        ["trading"] = TradingStatus.Trading, ["online"] = TradingStatus.Trading, ["open"] = TradingStatus.Trading, ["normal"] = TradingStatus.Trading,
        ["active"] = TradingStatus.Trading, ["enabled"] = TradingStatus.Trading, ["limit_only"] = TradingStatus.Trading,
        ["post_only"] = TradingStatus.PostOnly,
        ["cancel_only"] = TradingStatus.CancelOnly,
        ["halt"] = TradingStatus.Halted, ["halted"] = TradingStatus.Halted, ["break"] = TradingStatus.Halted, ["closed"] = TradingStatus.Halted,
        ["offline"] = TradingStatus.Halted, ["delisted"] = TradingStatus.Halted, ["suspended"] = TradingStatus.Halted, ["disabled"] = TradingStatus.Halted,
        ["pre_trading"] = TradingStatus.Halted, ["post_trading"] = TradingStatus.Halted, ["end_of_day"] = TradingStatus.Halted,
        ["maintenance"] = TradingStatus.Maintenance,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <param name="own">The config's mapping, by words without regard to case.</param>
    public static TradingStatus Meaning(string word, FrozenDictionary<string, TradingStatus> own) =>
        own.TryGetValue(word, out var status) || Known.TryGetValue(word, out status) ? status : TradingStatus.Unknown;

    /// <summary>As signals and configs write it.</summary>
    public static string Text(TradingStatus status) => status switch
    {
        TradingStatus.Trading => "trading",
        TradingStatus.Unknown => "unknown",
        TradingStatus.PostOnly => "post_only",
        TradingStatus.CancelOnly => "cancel_only",
        TradingStatus.Halted => "halted",
        TradingStatus.Maintenance => "maintenance",
    };
}
