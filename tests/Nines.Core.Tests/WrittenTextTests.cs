using FsCheck;
using FsCheck.Fluent;
using Nines.Testing;

namespace Nines.Core.Tests;

public sealed class WrittenTextTests
{
    [Theory]
    [InlineData("pay \u202Eto bob", 5, "U+202E, which turns the text around it")]
    [InlineData("\u2066x", 1, "U+2066, which turns the text around it")]
    [InlineData("x\u2069", 2, "U+2069, which turns the text around it")]
    [InlineData("x\u200E", 2, "U+200E, which turns the text around it")]
    [InlineData("x\u200F", 2, "U+200F, which turns the text around it")]
    [InlineData("x\u061C", 2, "U+061C, which turns the text around it")]
    [InlineData("x\u200By", 2, "U+200B, which nobody sees")]
    [InlineData("x\u00ADy", 2, "U+00AD, which nobody sees")]
    [InlineData("\uFEFFx", 1, "U+FEFF, which nobody sees")]
    [InlineData("\u001b[31mred", 1, "U+001B, which nobody sees")]
    [InlineData("bell\u0007", 5, "U+0007, which nobody sees")]
    [InlineData("x\u009b", 2, "U+009B, which nobody sees")]
    [InlineData("x\u007f", 2, "U+007F, which nobody sees")]
    [InlineData("x\0", 2, "U+0000, which nobody sees")]
    [InlineData("😀\u202D", 2, "U+202D, which turns the text around it")]
    [InlineData("\U000E0041x", 1, "U+E0041, which nobody sees")]
    public void What_cannot_be_seen_or_turns_text_around_is_named_with_its_place(string text, int number, string why)
    {
        Assert.Equal($"character {number} is {why}", WrittenText.ProblemOf(text));
        Assert.Equal(number, WrittenText.Find(text)!.Value.Number);
        Assert.Null(WrittenText.ProblemOf(WrittenText.Shown(text)));
    }

    [Fact]
    public void Half_a_character_is_none() => Assert.Equal("character 2 is half a character", WrittenText.ProblemOf("x\ud83d"));

    [Theory]
    [InlineData("the certificate expired – restarted, see #42 (50 %)")]
    [InlineData("first line\nsecond line")]
    [InlineData("👩‍🚒 🇩🇪 ❤️ é e\u0301")]
    [InlineData("می‌خواهم")]
    [InlineData("שלום עולם")]
    [InlineData("क्‍ष")]
    [InlineData("")]
    public void What_people_write_in_any_script_may_stay(string text)
    {
        Assert.Null(WrittenText.ProblemOf(text));
        Assert.Same(text, WrittenText.Shown(text));
    }

    [Fact]
    public void A_line_is_one_line()
    {
        Assert.Equal("character 2 begins a new line, and there is to be one", WrittenText.ProblemOf("a\nb", lines: false));
        Assert.Equal("a b c", WrittenText.Shown("a\r\nb\u2028\u202Ec", lines: false));
    }

    [Fact]
    public void Other_line_ends_and_tabs_mean_the_same() => Assert.Equal("a\nb\nc\nd e", WrittenText.Tidied("a\r\nb\rc\u2028d\te"));

    [Fact]
    public void What_is_shown_has_nothing_to_complain_of() =>
        Prop.ForAll(Gen.ArrayOf(Gen.OneOf(Gen.Choose(0, 0x2100), Gen.Choose(0xd7f0, 0xffff))).ToArbitrary(), letters =>
        {
            var text = new string([.. letters.Select(letter => (char)letter)]);
            Assert.Null(WrittenText.ProblemOf(WrittenText.Shown(text)));
            Assert.Null(WrittenText.ProblemOf(WrittenText.Shown(text, lines: false), lines: false));
        }).Check(SameDraws.Config.WithMaxTest(2_000));
}
