using Nines.Pricing.Money;
using NodaTime;

namespace Nines.Pricing.Tests;

public sealed class MoneyTests
{
    private static readonly Currency Eur = new("EUR");

    private static RateTable Table(params Rate[] rates) => new(Currency.Usd, rates, "rates.csv");

    [Theory]
    [InlineData("12000 USD", 12000)]
    [InlineData("12,000.50 EUR", 12000.50)]
    [InlineData("-3 ETH", -3)]
    public void An_amount_is_a_number_and_its_currency(string text, double value)
    {
        Assert.True(Amount.TryParse(text, out var amount));
        Assert.Equal((decimal)value, amount.Value);
    }

    [Theory]
    [InlineData("12000")]
    [InlineData("USD")]
    [InlineData("12000 usd")]
    [InlineData("1e9 USD")]
    [InlineData("12 000 USD")]
    [InlineData("99999999999999999999 USD")]
    [InlineData("")]
    public void What_is_not_a_number_and_a_currency_is_no_amount(string text) => Assert.False(Amount.TryParse(text, out _));

    [Fact]
    public void An_estimate_out_of_order_cannot_be() => Assert.Throws<ArgumentException>(() => new Estimate(2, 1, 3));

    [Fact]
    public void A_small_amount_is_never_printed_as_nothing()
    {
        Assert.Equal("< 0.01 USD", MoneyText.Of(0.004m, Currency.Usd));
        Assert.Equal("0.00 USD", MoneyText.Of(0, Currency.Usd));
        Assert.Equal("1,234.50 USD", MoneyText.Of(1234.5m, Currency.Usd));
    }

    [Fact]
    public void The_rate_of_the_day_counts_and_a_young_one_stands_in()
    {
        var table = Table(new Rate(new LocalDate(2026, 1, 1), Eur, 1.10m), new Rate(new LocalDate(2026, 1, 5), Eur, 1.20m));
        Assert.Equal(1.10m, table.Between(Eur, Currency.Usd, Instant.FromUtc(2026, 1, 4, 23, 59)).Factor);
        Assert.Equal(1.20m, table.Between(Eur, Currency.Usd, Instant.FromUtc(2026, 1, 5, 0, 0)).Factor);
        Assert.Equal(new LocalDate(2026, 1, 5), table.Between(Eur, Currency.Usd, Instant.FromUtc(2026, 1, 12, 0, 0)).Dated);
        Assert.Equal(1 / 1.20m, table.Between(Currency.Usd, Eur, Instant.FromUtc(2026, 1, 5, 0, 0)).Factor);
    }

    [Fact]
    public void The_base_is_worth_one_and_no_other_rate_of_it_is_passed_over()
    {
        var wrong = Assert.Throws<PricingException>(() => Table(new Rate(new LocalDate(2026, 1, 1), Currency.Usd, 2m)));
        Assert.Equal("NIN4252", wrong.Code);
        Assert.Equal(1, Table(new Rate(new LocalDate(2026, 1, 1), Currency.Usd, 1m)).Between(Currency.Usd, Currency.Usd, Instant.FromUtc(2026, 1, 1, 0, 0)).Factor);
    }

    [Fact]
    public void Two_currencies_go_over_the_base()
    {
        var day = new LocalDate(2026, 1, 1);
        var table = Table(new Rate(day, Eur, 1.25m), new Rate(day, Currency.Eth, 3000m));
        Assert.Equal(2400m, table.Between(Currency.Eth, Eur, Instant.FromUtc(2026, 1, 1, 12, 0)).Factor);
    }

    [Fact]
    public void A_missing_rate_is_an_error_and_never_one_to_one()
    {
        var missing = Assert.Throws<PricingException>(() => Table().Between(Eur, Currency.Usd, Instant.FromUtc(2026, 1, 1, 0, 0)));
        Assert.Equal("NIN4251", missing.Code);
        Assert.Contains("no rate for EUR", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rate_that_is_too_old_or_yet_to_come_does_not_stand_in()
    {
        var table = Table(new Rate(new LocalDate(2026, 1, 1), Eur, 1.10m));
        Assert.Throws<PricingException>(() => table.Between(Eur, Currency.Usd, Instant.FromUtc(2026, 1, 9, 0, 0)));
        Assert.Throws<PricingException>(() => table.Between(Eur, Currency.Usd, Instant.FromUtc(2025, 12, 31, 0, 0)));
    }

    [Fact]
    public void A_rate_of_nothing_and_two_on_one_day_are_refused()
    {
        var day = new LocalDate(2026, 1, 1);
        Assert.Equal("NIN4252", Assert.Throws<PricingException>(() => Table(new Rate(day, Eur, 0))).Code);
        Assert.Equal("NIN4252", Assert.Throws<PricingException>(() => Table(new Rate(day, Eur, 1), new Rate(day, Eur, 2))).Code);
    }
}
