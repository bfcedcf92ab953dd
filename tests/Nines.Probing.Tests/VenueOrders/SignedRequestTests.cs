using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Nines.Chains.Tests;
using Nines.Probing.Http;
using Nines.Probing.Orders;
using Nines.Probing.VenueOrders;
using Nines.Probing.Venues;
using NodaTime;

namespace Nines.Probing.Tests.VenueOrders;

/// <summary>Requests as the venues' documents show them signed, and what their answers mean.</summary>
public sealed class SignedRequestTests
{
    private static readonly Instant Now = Instant.FromUnixTimeMilliseconds(1_499_827_319_559);

    internal static VenueOrdersOptions Options(VenueShape shape, string key, string secret, bool place = true) => new()
    {
        Url = new Uri("https://api.venue.example"), Shape = shape, Key = key, Secret = secret, Passphrase = "pass",
        Symbol = shape switch { VenueShape.Binance => "LTCBTC", VenueShape.Coinbase => "BTC-USD", VenueShape.Kraken => "XBTUSD", VenueShape.Custom => "X" },
        Orders = new SignedOrderTerms { Side = OrderSide.Buy, Quantity = 1, Lowest = 0.01m, Highest = 100_000, DailyCap = 10, Place = place },
    };

    [Fact]
    public void Binances_signature_is_the_hmac_of_the_whole_query()
    {
        var options = Options(VenueShape.Binance, "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A", "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j");
        var request = SignedShape.Of(options).Place(new AskedOrder("n1", "LTCBTC", true, "1", "0.1", false), Now);
        var query = "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&newClientOrderId=n1&newOrderRespType=RESULT&recvWindow=5000&timestamp=1499827319559";
        var signature = Convert.ToHexStringLower(System.Security.Cryptography.HMACSHA256.HashData(Encoding.UTF8.GetBytes(options.Secret), Encoding.UTF8.GetBytes(query)));
        Assert.Equal($"/api/v3/order?{query}&signature={signature}", request.Url.PathAndQuery);
        Assert.Equal(("X-MBX-APIKEY", options.Key), Assert.Single(request.Headers));
        Assert.Equal(("POST /api/v3/order", (string?)null), (request.ToString(), request.Body));
        Assert.Contains("type=LIMIT_MAKER&", SignedShape.Of(options with { Orders = options.Orders with { Place = false } }).Place(new AskedOrder("n1", "LTCBTC", true, "1", "0.1", true), Now).Url.Query, StringComparison.Ordinal);
    }

    /// <summary>The example of Kraken's own documents: nonce, body, secret and the signature that belongs to them.</summary>
    [Fact]
    public void Krakens_signature_is_the_one_of_its_documents()
    {
        var secret = "kQH5HW/8p1uGOVjbgWA7FunAmGO8lsSUXNsu3eow76sz84Q18fWxnyRzBHCd3pd5nE9qa99HAZtuZuj6F1huXg==";
        var options = Options(VenueShape.Kraken, "key", secret);
        var request = new KrakenSigned(options with { Orders = options.Orders with { PostOnly = false } }).Signed("/0/private/AddOrder", "ordertype=limit&pair=XBTUSD&price=37500&type=buy&volume=1.25", "1616492376594");
        Assert.Equal("nonce=1616492376594&ordertype=limit&pair=XBTUSD&price=37500&type=buy&volume=1.25", request.Body);
        Assert.Equal("4/dpxb3iT4tp/ZCVEwSnEsLxx0bqyhLpdfOpc6fn7OR8+UClSV5n9E6aSS8MPtnRfp32bAb0nmbRn6H8ndwLUQ==", request.Headers.Single(header => header.Name == "API-Sign").Value);
    }

    [Fact]
    public void Krakens_nonces_grow_even_when_the_clock_goes_back()
    {
        var shape = SignedShape.Of(Options(VenueShape.Kraken, "key", "c2VjcmV0"));
        long Nonce(Instant at) => long.Parse(shape.Cancel("n1", at).Body!.Split('&')[0]["nonce=".Length..], System.Globalization.CultureInfo.InvariantCulture);
        var first = Nonce(Now);
        Assert.Equal(first + 1, Nonce(Now - Duration.FromHours(1)));
        Assert.True(Nonce(Now + Duration.FromMilliseconds(1)) > first + 1);
    }

    [Fact]
    public void Coinbases_signature_is_over_time_method_path_and_body()
    {
        var options = Options(VenueShape.Coinbase, "key", "c2VjcmV0LWtleQ==");
        var request = SignedShape.Of(options).Place(new AskedOrder("0b6b3c9e-9a3c-4f6e-9d3e-000000000001", "BTC-USD", false, "0.01", "90000.00", true), Now);
        Assert.Contains("\"side\":\"sell\"", request.Body!, StringComparison.Ordinal);
        string Header(string name) => request.Headers.Single(header => header.Name == name).Value;
        var over = $"{Header("CB-ACCESS-TIMESTAMP")}POST/orders{request.Body}";
        Assert.Equal("1499827319.559", Header("CB-ACCESS-TIMESTAMP"));
        Assert.Equal(Convert.ToBase64String(System.Security.Cryptography.HMACSHA256.HashData(Convert.FromBase64String(options.Secret), Encoding.UTF8.GetBytes(over))), Header("CB-ACCESS-SIGN"));
        Assert.True(Guid.TryParse(SignedShape.Of(options).NewId(Now, 1), out _));
    }

    [Theory]
    [InlineData(VenueShape.Binance, 400, """{"code":-1021,"msg":"Timestamp for this request is outside of the recvWindow."}""", "Clock")]
    [InlineData(VenueShape.Binance, 400, """{"code":-2010,"msg":"Account has insufficient balance for requested action."}""", "Ours")]
    [InlineData(VenueShape.Binance, 400, """{"code":-2010,"msg":"Market is closed."}""", "Failed")]
    [InlineData(VenueShape.Binance, 401, """{"code":-2015,"msg":"Invalid API-key, IP, or permissions for action."}""", "Ours")]
    [InlineData(VenueShape.Binance, 400, """{"code":-1013,"msg":"Filter failure: LOT_SIZE"}""", "Ours")]
    [InlineData(VenueShape.Binance, 400, """{"code":-1008,"msg":"Server is currently overloaded"}""", "Failed")]
    [InlineData(VenueShape.Binance, 400, """{"code":-2011,"msg":"Unknown order sent."}""", "NotThere")]
    [InlineData(VenueShape.Binance, 503, "", "Failed")]
    [InlineData(VenueShape.Binance, 403, "<html>", "Ours")]
    [InlineData(VenueShape.Binance, 429, """{"code":-1003,"msg":"Too many requests"}""", "TooOften")]
    [InlineData(VenueShape.Binance, 418, "", "TooOften")]
    [InlineData(VenueShape.Binance, 200, """{"executedQty":"0.5"}""", "Done")]
    [InlineData(VenueShape.Binance, 200, "[]", "Failed")]
    [InlineData(VenueShape.Coinbase, 401, """{"message":"invalid signature"}""", "Ours")]
    [InlineData(VenueShape.Coinbase, 400, """{"message":"request timestamp expired"}""", "Clock")]
    [InlineData(VenueShape.Coinbase, 400, """{"message":"Insufficient funds"}""", "Ours")]
    [InlineData(VenueShape.Coinbase, 404, """{"message":"order not found"}""", "NotThere")]
    [InlineData(VenueShape.Coinbase, 400, """{"message":"Trading is currently disabled for this product"}""", "Failed")]
    [InlineData(VenueShape.Coinbase, 200, "\"d0c5340b-6d6c-49d9-b567-48c4bfca13d2\"", "Done")]
    [InlineData(VenueShape.Kraken, 200, """{"error":["EOrder:Insufficient funds"]}""", "Ours")]
    [InlineData(VenueShape.Kraken, 200, """{"error":["EAPI:Invalid nonce"]}""", "Ours")]
    [InlineData(VenueShape.Kraken, 200, """{"error":["EOrder:Rate limit exceeded"]}""", "TooOften")]
    [InlineData(VenueShape.Kraken, 200, """{"error":["EService:Market in cancel_only mode"]}""", "Failed")]
    [InlineData(VenueShape.Kraken, 200, """{"error":["EOrder:Unknown order"]}""", "NotThere")]
    [InlineData(VenueShape.Kraken, 200, """{"error":[],"result":{"count":1}}""", "Done")]
    [InlineData(VenueShape.Kraken, 200, """{"error":[]}""", "Failed")]
    public void What_a_refusal_means_and_whose_it_is(VenueShape shape, int status, string answer, string kind) =>
        Assert.Equal(kind, Read(shape, status, Encoding.UTF8.GetBytes(answer)).GetType().Name);

    private static SignedAnswer Read(VenueShape shape, int status, byte[] body) =>
        SignedShape.Of(Options(shape, "key", "c2VjcmV0")).Read(new JsonReply(status, null, body, false, Now, Now), cancelling: true);

    [Fact]
    public void Ten_thousand_mutated_answers_end_in_a_reasoned_outcome()
    {
        byte[][] seeds =
        [
            .. new[]
            {
                """{"symbol":"BTCUSDT","orderId":28,"clientOrderId":"6gCrw2kRUAF9CvJDGP16IP","transactTime":1507725176595,"price":"0.00000000","origQty":"10.00000000","executedQty":"10.00000000","status":"FILLED"}""",
                """{"code":-2010,"msg":"Account has insufficient balance for requested action."}""", """{"message":"Insufficient funds"}""",
                """{"id":"d0c5340b","price":"0.10000000","size":"0.01000000","product_id":"BTC-USD","side":"buy","filled_size":"0.00000000","status":"pending"}""",
                """{"error":["EOrder:Insufficient funds"]}""", """{"error":[],"result":{"descr":{"order":"buy 1.25000000 XBTUSD @ limit 27500.0"},"txid":["OU22CG-KLAF2-FWUDD7"]}}""", "\"\\ud800\"", """{"error":["\ud800"],"result":{}}""",
            }.Select(Encoding.UTF8.GetBytes),
        ];
        VenueShape[] shapes = [VenueShape.Binance, VenueShape.Coinbase, VenueShape.Kraken];
        Prop.ForAll(Mutations.Of(seeds), mutated =>
        {
            foreach (var shape in shapes)
                foreach (var status in new[] { 200, 400 })
                {
                    var said = Read(shape, status, mutated);
                    Assert.True(said is not SignedAnswer.Failed { Why.Length: > 300 });
                }
        }).Check(Mutations.Many);
    }
}
