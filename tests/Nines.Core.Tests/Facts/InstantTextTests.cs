using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Nines.Core.Facts;
using Nines.Testing;
using NodaTime;
using NodaTime.Text;

namespace Nines.Core.Tests.Facts;

/// <summary>Facts have their own way to write instants; it must give what NodaTime's pattern gives, for every instant and every text.</summary>
public sealed class InstantTextTests
{
    private static Arbitrary<Instant> Instants { get; } =
        (from second in Gen.Choose(-2_000_000_000, int.MaxValue)
         from stretch in Gen.Elements(1L, 31, 117, 0)
         from nanoseconds in Gen.Elements(0L, 1, 999_999_999, 500_000_000, 120_000, 123_456_789)
         select Instant.FromUnixTimeSeconds(second * stretch).PlusNanoseconds(nanoseconds)).ToArbitrary();

    [Fact]
    public void An_instant_is_written_as_the_pattern_writes_it_and_read_back_the_same() =>
        Prop.ForAll(Instants, instant =>
        {
            var json = JsonSerializer.Serialize(instant, FactJson.Options);
            Assert.Equal($"\"{InstantPattern.ExtendedIso.Format(instant)}\"", json);
            Assert.Equal(instant, JsonSerializer.Deserialize<Instant>(json, FactJson.Options));
        }).Check(SameDraws.Config.WithMaxTest(2_000));

    [Fact]
    public void A_text_with_one_character_changed_is_read_or_refused_as_the_pattern_does() =>
        Prop.ForAll(Instants, Gen.Choose(0, 29).ToArbitrary(), Gen.Elements("0123456789-:.TZz +".ToCharArray()).ToArbitrary(), (instant, at, changed) =>
        {
            var text = new StringBuilder(InstantPattern.ExtendedIso.Format(instant));
            text[at % text.Length] = changed;
            var expected = InstantPattern.ExtendedIso.Parse(text.ToString());
            var json = JsonSerializer.Serialize(text.ToString());
            if (expected.Success) Assert.Equal(expected.Value, JsonSerializer.Deserialize<Instant>(json, FactJson.Options));
            else Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Instant>(json, FactJson.Options));
        }).Check(SameDraws.Config.WithMaxTest(3_000));

    [Theory]
    [InlineData("0001-01-01T00:00:00Z")]
    [InlineData("9999-12-31T23:59:59.999999999Z")]
    [InlineData("-0044-03-15T12:00:00Z")]
    [InlineData("2024-02-29T23:59:59.5Z")]
    public void The_first_and_last_years_and_those_before_Christ_are_kept(string text)
    {
        var instant = JsonSerializer.Deserialize<Instant>($"\"{text}\"", FactJson.Options);
        Assert.Equal($"\"{text}\"", JsonSerializer.Serialize(instant, FactJson.Options));
    }

    [Theory]
    [InlineData("2023-02-29T00:00:00Z")]
    [InlineData("2026-13-01T00:00:00Z")]
    [InlineData("2026-03-01T00:00:60Z")]
    [InlineData("2026-03-01T00:00:00+01:00")]
    [InlineData("2026-03-01T00:00:00.Z")]
    [InlineData("")]
    public void What_is_no_instant_in_UTC_is_refused(string text) =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Instant>($"\"{text}\"", FactJson.Options));
}
