using System.Collections.Frozen;
using Nines.Probing.Venues;
using NodaTime;

namespace Nines.Probing.Fix;

/// <summary>Asks for the trading status once a session stands, and keeps what was said last.</summary>
internal sealed class StatusWatch(FixOptions options)
{
    /// <summary>TradSesStatus (340) of FIX 4.4.</summary>
    private static readonly FrozenDictionary<string, TradingStatus> OfSession = new Dictionary<string, TradingStatus>
    {
        ["0"] = TradingStatus.Unknown, ["1"] = TradingStatus.Halted, ["2"] = TradingStatus.Trading, ["3"] = TradingStatus.Halted,
        ["4"] = TradingStatus.Halted, ["5"] = TradingStatus.Trading, ["6"] = TradingStatus.Unknown,
    }.ToFrozenDictionary();

    /// <summary>SecurityTradingStatus (326): opening delay and trading halt, no open, not available, not traded and pre-open are halts; resume, ready to trade, fast market trade.</summary>
    private static readonly FrozenDictionary<string, TradingStatus> OfSecurity = new Dictionary<string, TradingStatus>
    {
        ["1"] = TradingStatus.Halted, ["2"] = TradingStatus.Halted, ["3"] = TradingStatus.Trading, ["4"] = TradingStatus.Halted, ["17"] = TradingStatus.Trading,
        ["18"] = TradingStatus.Halted, ["19"] = TradingStatus.Halted, ["20"] = TradingStatus.Unknown, ["21"] = TradingStatus.Halted, ["22"] = TradingStatus.Halted, ["23"] = TradingStatus.Trading,
    }.ToFrozenDictionary();

    private readonly FrozenDictionary<string, TradingStatus> own = options.Words.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    private long requests;

    /// <summary>What the venue said last, and its own value; null before that.</summary>
    public (TradingStatus Status, string Word)? Said { get; private set; }

    /// <summary>Subscribes: the venue answers now, and tells each change.</summary>
    public void Ask(FixSession session, Instant now)
    {
        Said = null;   // what changed while we were away comes with the answer
        var id = $"n9s{++requests}";
        FixField[] subscribe = [new(FixTag.SubscriptionRequestType, "1")];
        FixField[] market = options.TradingSession is { } tradingSession ? [new(FixTag.TradingSessionId, tradingSession)] : [];
        switch (options.Status)
        {
            case FixStatusSource.Session:
                session.SendApplication(FixType.TradingSessionStatusRequest, [new(FixTag.TradSesReqId, id), .. market, .. subscribe], now);
                break;
            case FixStatusSource.Security:
                session.SendApplication(FixType.SecurityStatusRequest, [new(FixTag.SecurityStatusReqId, id), new(FixTag.Symbol, options.Symbol!), .. subscribe, .. market], now);
                break;
            case FixStatusSource.None:
                break;
        }
    }

    public void Take(FixMessage message)
    {
        var word = options.Status switch
        {
            FixStatusSource.Session when message.Type == FixType.TradingSessionStatus => message[FixTag.TradSesStatus],
            FixStatusSource.Security when message.Type == FixType.SecurityStatus && message[FixTag.Symbol] == options.Symbol => message[FixTag.SecurityTradingStatus],
            FixStatusSource.None or FixStatusSource.Session or FixStatusSource.Security => null,
        };
        if (word is null) return;
        var known = options.Status == FixStatusSource.Session ? OfSession : OfSecurity;
        Said = (own.TryGetValue(word, out var means) || known.TryGetValue(word, out means) ? means : TradingStatus.Unknown, word.Length <= 100 ? word : word[..100]);
    }
}
