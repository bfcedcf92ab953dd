using FsCheck;
using FsCheck.Fluent;
using Nines.Testing;
using Nines.Web.Api;

namespace Nines.Web.Tests.Api;

/// <summary>Lists in pages.</summary>
public sealed class PageTests
{
    [Fact]
    public void Pages_together_are_the_list_in_its_order() => Check.QuickThrowOnFailure(Prop.ForAll(
        ArbMap.Default.ArbFor<(int[] Rows, byte Limit, bool Descending)>(), given =>
        {
            var rows = given.Rows.Distinct().ToList();
            Func<int, string> key = row => $"{row - (long)int.MinValue:D10}";
            var (limit, told) = (1 + given.Limit % 7, new List<int>());
            for (var page = new PageAsked(limit, null); ;)
            {
                var got = page.Cut(rows, key, given.Descending);
                Assert.InRange(got.Rows.Length, 0, limit);
                told.AddRange(got.Rows);
                if (got.Next is null) break;
                page = new PageAsked(limit, Cursor.Read(got.Next));
            }
            Assert.Equal(given.Descending ? rows.OrderDescending() : rows.Order(), told);
        }));

    [Fact]
    public void A_row_that_comes_or_goes_between_two_pages_moves_no_other()
    {
        var first = new PageAsked(2, null).Cut(["b", "d", "f", "h"], row => row);
        var second = new PageAsked(9, Cursor.Read(first.Next!)).Cut(["a", "b", "c", "e", "f", "h"], row => row);
        Assert.Equal(["b", "d"], first.Rows);
        Assert.Equal(["e", "f", "h"], second.Rows);
    }

    [Fact]
    public void What_is_no_cursor_is_refused() => Check.QuickThrowOnFailure(Prop.ForAll(ArbMap.Default.ArbFor<string?>(), text =>
    {
        try
        {
            return Cursor.Read(text ?? "") is not null;
        }
        catch (FormatException)
        {
            return true;
        }
    }));
}
