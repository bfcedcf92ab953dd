using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Nines.Probing.Http;
using Nines.Probing.Venues;
using NodaTime;

namespace Nines.Probing.VenueOrders;

/// <summary>How a venue's signed interface writes orders, and what its answers mean. From the documents that the venues publish for everyone, as of November 2025. Holds no state but the key.</summary>
internal abstract class SignedShape(VenueOrdersOptions options)
{
    protected VenueOrdersOptions Options { get; } = options;

    public static SignedShape Of(VenueOrdersOptions options) => options.Shape switch
    {
        VenueShape.Binance => new BinanceSigned(options),
        VenueShape.Coinbase => new CoinbaseSigned(options),
        VenueShape.Kraken => new KrakenSigned(options),
        VenueShape.Custom => throw new ArgumentException("There is no signed interface of a venue of one's own shape."),
    };

    /// <summary>True when requests are timed, and have to be by the venue's clock; else ours counts, and it may not go back.</summary>
    public virtual bool TimedByVenue => true;

    /// <param name="now">By the clock that <see cref="TimedByVenue"/> says.</param>
    public abstract SignedRequest Place(AskedOrder order, Instant now);

    /// <param name="id">Our own of the order.</param>
    public abstract SignedRequest Cancel(string id, Instant now);

    /// <summary>Unique, in the form that the venue takes.</summary>
    public virtual string NewId(Instant now, int count) => string.Create(CultureInfo.InvariantCulture, $"nines-{now.ToUnixTimeMilliseconds():x}-{count:x}");

    public SignedAnswer Read(JsonReply reply, bool cancelling)
    {
        using var json = reply.Parse();
        var root = json?.RootElement;
        var said = (root is { ValueKind: JsonValueKind.Object } answer ? ErrorIn(answer) : null) ?? (reply.Status is >= 200 and <= 299 ? null : (Code: "", Text: ""));
        if (said is { } error)
        {
            var words = Cut($"HTTP status {reply.Status}{(error.Code.Length > 0 ? $", {error.Code}" : "")}{(error.Text.Length > 0 ? $": {error.Text}" : "")}");
            // An edge or a proxy before the venue answers so without its words: 5xx is theirs whatever it says.
            return reply.Status is 429 or 418 ? new SignedAnswer.TooOften(words) : Meaning(reply.Status, error.Code, error.Text, cancelling) switch
            {
                ErrorMeaning.Ours => new SignedAnswer.Ours(words),
                ErrorMeaning.Clock => new SignedAnswer.Clock(words),
                ErrorMeaning.TooOften => new SignedAnswer.TooOften(words),
                ErrorMeaning.NotThere => new SignedAnswer.NotThere(),
                ErrorMeaning.Failed => new SignedAnswer.Failed(words),
            };
        }
        if (reply.Cut || root is not { ValueKind: JsonValueKind.Object or JsonValueKind.String } whole) return new SignedAnswer.Failed($"HTTP status {reply.Status} with an answer that is not what the venue documents");
        return whole.ValueKind == JsonValueKind.Object ? Done(whole) : new SignedAnswer.Done();
    }

    protected enum ErrorMeaning { Ours, Clock, TooOften, NotThere, Failed }

    /// <returns>The venue's code and words for a refusal; null when the answer is none.</returns>
    protected abstract (string Code, string Text)? ErrorIn(JsonElement answer);

    protected abstract ErrorMeaning Meaning(int status, string code, string text, bool cancelling);

    protected abstract SignedAnswer Done(JsonElement answer);

    protected Uri At(string pathAndQuery) => new(Options.Url.AbsoluteUri.TrimEnd('/') + pathAndQuery);

    protected static string Hmac256Hex(string secret, string over) => Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(over)));

    protected static string? TextAt(JsonElement answer, string name) => answer.TryGetProperty(name, out var value) ? value.ValueKind switch
    {
        JsonValueKind.String => ReadText(value),
        JsonValueKind.Number => value.GetRawText(),
        JsonValueKind.Undefined or JsonValueKind.Object or JsonValueKind.Array or JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null => null,
    } : null;

    protected static string ReadText(JsonElement value)
    {
        try
        {
            return value.GetString() ?? "";
        }
        catch (InvalidOperationException)
        {
            return ""; // half a surrogate pair, escaped: JSON by its grammar, but not a text
        }
    }

    protected static decimal Amount(JsonElement answer, string name) =>
        TextAt(answer, name) is { Length: <= 60 } text && decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var amount) ? amount : 0;

    protected static bool Has(string text, params string[] words) => words.Any(word => text.Contains(word, StringComparison.OrdinalIgnoreCase));

    private static string Cut(string text) => new([.. text.Take(200).Select(c => char.IsControl(c) ? ' ' : c)]);
}

/// <summary>Binance Spot API v3: the query is signed, HMAC-SHA256 as hex ("SIGNED endpoint security"); test orders at /api/v3/order/test.</summary>
internal sealed class BinanceSigned(VenueOrdersOptions options) : SignedShape(options)
{
    public override SignedRequest Place(AskedOrder order, Instant now)
    {
        // LIMIT_MAKER is refused where it would match, and has no time in force.
        var kind = order.PostOnly ? "type=LIMIT_MAKER" : "type=LIMIT&timeInForce=GTC";
        var query = $"symbol={Uri.EscapeDataString(order.Symbol)}&side={(order.Buy ? "BUY" : "SELL")}&{kind}&quantity={order.Quantity}&price={order.Price}&newClientOrderId={order.Id}&newOrderRespType=RESULT";
        return Signed(HttpMethod.Post, Options.Orders.Place ? "/api/v3/order" : "/api/v3/order/test", query, now);
    }

    public override SignedRequest Cancel(string id, Instant now) =>
        Signed(HttpMethod.Delete, "/api/v3/order", $"symbol={Uri.EscapeDataString(Options.Symbol)}&origClientOrderId={id}", now);

    private SignedRequest Signed(HttpMethod method, string path, string query, Instant now)
    {
        var whole = string.Create(CultureInfo.InvariantCulture, $"{query}&recvWindow={Options.ReceiveWindow.TotalMilliseconds:0}&timestamp={now.ToUnixTimeMilliseconds()}");
        return new SignedRequest(method, At($"{path}?{whole}&signature={Hmac256Hex(Options.Secret, whole)}"), [("X-MBX-APIKEY", Options.Key)]);
    }

    protected override (string Code, string Text)? ErrorIn(JsonElement answer) =>
        TextAt(answer, "code") is { } code && code.StartsWith('-') ? (code, TextAt(answer, "msg") ?? "") : null;

    protected override ErrorMeaning Meaning(int status, string code, string text, bool cancelling) => code switch
    {
        "-1021" => ErrorMeaning.Clock,
        "-1003" or "-1015" => ErrorMeaning.TooOften,
        "-2011" when cancelling => ErrorMeaning.NotThere,
        // Signature, key, permission, address; parameters that break the market's filters.
        "-1022" or "-2014" or "-2015" or "-1002" or "-1013" or "-1111" or "-1121" => ErrorMeaning.Ours,
        _ when code.StartsWith("-11", StringComparison.Ordinal) => ErrorMeaning.Ours,
        "-2010" => Has(text, "insufficient", "not enabled", "on this account", "duplicate", "immediately match", "not supported for this symbol") ? ErrorMeaning.Ours : ErrorMeaning.Failed,
        _ => status is 401 or 403 ? ErrorMeaning.Ours : ErrorMeaning.Failed,
    };

    protected override SignedAnswer Done(JsonElement answer) => new SignedAnswer.Done(Amount(answer, "executedQty"));
}

/// <summary>Coinbase Exchange: headers CB-ACCESS-*, the signature over time, method, path and body, HMAC-SHA256 as base64 with the decoded secret. It has no test order.</summary>
internal sealed class CoinbaseSigned(VenueOrdersOptions options) : SignedShape(options)
{
    public override string NewId(Instant now, int count)
    {
        Span<byte> bytes = stackalloc byte[16];
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Options.Key} {now.ToUnixTimeTicks()} {count}")))[..16].CopyTo(bytes);
        return new Guid(bytes).ToString();
    }

    public override SignedRequest Place(AskedOrder order, Instant now)
    {
        var body = JsonSerializer.Serialize(new
        {
            client_oid = order.Id, type = "limit", side = order.Buy ? "buy" : "sell", product_id = order.Symbol, price = order.Price, size = order.Quantity, post_only = order.PostOnly, time_in_force = "GTC",
        });
        return Signed(HttpMethod.Post, "/orders", body, now);
    }

    public override SignedRequest Cancel(string id, Instant now) => Signed(HttpMethod.Delete, $"/orders/client:{id}?product_id={Uri.EscapeDataString(Options.Symbol)}", null, now);

    private SignedRequest Signed(HttpMethod method, string path, string? body, Instant now)
    {
        var url = At(path);
        var time = (now.ToUnixTimeMilliseconds() / 1000m).ToString("0.000", CultureInfo.InvariantCulture);
        var over = time + method.Method + url.PathAndQuery + body;
        var signature = Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(Options.Secret), Encoding.UTF8.GetBytes(over)));
        return new SignedRequest(method, url,
            [("CB-ACCESS-KEY", Options.Key), ("CB-ACCESS-SIGN", signature), ("CB-ACCESS-TIMESTAMP", time), ("CB-ACCESS-PASSPHRASE", Options.Passphrase ?? "")], body);
    }

    protected override (string Code, string Text)? ErrorIn(JsonElement answer) => TextAt(answer, "message") is { } text ? ("", text) : null;

    protected override ErrorMeaning Meaning(int status, string code, string text, bool cancelling) =>
        Has(text, "timestamp") ? ErrorMeaning.Clock
        : status == 404 && cancelling || Has(text, "order not found", "order already done") ? ErrorMeaning.NotThere
        : Has(text, "rate limit") ? ErrorMeaning.TooOften
        : status is 401 or 403 || Has(text, "insufficient", "too small", "too precise", "invalid", "passphrase", "not a valid") ? ErrorMeaning.Ours
        : ErrorMeaning.Failed;

    protected override SignedAnswer Done(JsonElement answer) =>
        TextAt(answer, "status") == "rejected" ? new SignedAnswer.Failed($"rejected: {TextAt(answer, "reject_reason")}") : new SignedAnswer.Done(Amount(answer, "filled_size"));
}

/// <summary>Kraken Spot REST: API-Sign is HMAC-SHA512 with the decoded secret over the path and the SHA-256 of nonce and body; validate=true checks an order without placing it.</summary>
internal sealed class KrakenSigned(VenueOrdersOptions options) : SignedShape(options)
{
    private long lastNonce;

    /// <summary>It tells its time in whole seconds only, and wants numbers that grow.</summary>
    public override bool TimedByVenue => false;

    public override SignedRequest Place(AskedOrder order, Instant now)
    {
        var body = $"ordertype=limit&type={(order.Buy ? "buy" : "sell")}&volume={order.Quantity}&price={order.Price}&pair={Uri.EscapeDataString(order.Symbol)}&cl_ord_id={order.Id}";
        if (order.PostOnly) body += "&oflags=post";
        if (!Options.Orders.Place) body += "&validate=true";
        return Signed("/0/private/AddOrder", body, now);
    }

    public override SignedRequest Cancel(string id, Instant now) => Signed("/0/private/CancelOrder", $"cl_ord_id={id}", now);

    /// <summary>At most 18 characters.</summary>
    public override string NewId(Instant now, int count) => string.Create(CultureInfo.InvariantCulture, $"n{now.ToUnixTimeMilliseconds():x}{count & 0xFFF:x3}");

    private SignedRequest Signed(string path, string parameters, Instant now)
    {
        // Ever greater, over restarts too: it begins with the time, in microseconds.
        lastNonce = Math.Max(lastNonce + 1, now.ToUnixTimeTicks() / 10);
        return Signed(path, parameters, lastNonce.ToString(CultureInfo.InvariantCulture));
    }

    internal SignedRequest Signed(string path, string parameters, string nonce)
    {
        var (url, body) = (At(path), $"nonce={nonce}&{parameters}");
        byte[] over = [.. Encoding.UTF8.GetBytes(url.AbsolutePath), .. SHA256.HashData(Encoding.UTF8.GetBytes(nonce + body))];
        var signature = Convert.ToBase64String(HMACSHA512.HashData(Convert.FromBase64String(Options.Secret), over));
        return new SignedRequest(HttpMethod.Post, url, [("API-Key", Options.Key), ("API-Sign", signature)], body, "application/x-www-form-urlencoded");
    }

    protected override (string Code, string Text)? ErrorIn(JsonElement answer) =>
        answer.TryGetProperty("error", out var errors) && errors.ValueKind == JsonValueKind.Array && errors.GetArrayLength() > 0 && errors[0].ValueKind == JsonValueKind.String ? ("", ReadText(errors[0])) : null;

    protected override ErrorMeaning Meaning(int status, string code, string text, bool cancelling) =>
        Has(text, "Rate limit", "Temporary lockout") ? ErrorMeaning.TooOften
        : Has(text, "Unknown order") && cancelling ? ErrorMeaning.NotThere
        : Has(text, "EAPI:", "Permission denied", "Invalid arguments", "Insufficient", "Invalid price", "minimum not met", "Unknown asset pair", "Post only order", "tick size", "Orders limit exceeded", "Positions limit exceeded") ? ErrorMeaning.Ours
        : status is 401 or 403 ? ErrorMeaning.Ours
        : ErrorMeaning.Failed;

    protected override SignedAnswer Done(JsonElement answer) =>
        answer.TryGetProperty("result", out var result) && result.ValueKind == JsonValueKind.Object ? new SignedAnswer.Done() : new SignedAnswer.Failed("an answer without a result");
}
