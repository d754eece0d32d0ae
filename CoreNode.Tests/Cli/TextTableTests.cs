using CoreNode.Cli;

namespace CoreNode.Tests.Cli;

[TestFixture, Category("Unit")]
internal sealed class TextTableTests
{
    private static readonly string[] s_columns = ["UNIT", "STATE", "WHY"];

    [Test]
    public void Columns_are_as_wide_as_their_widest_cell_and_no_line_ends_in_blanks() => Check(
        null,
        [["web@1.service", "launched", ""], ["b.service", "-", "no machine has disk=ssd"]],
        """
        UNIT          STATE    WHY
        web@1.service launched
        b.service     -        no machine has disk=ssd

        """);

    [Test]
    public void What_fits_is_not_wrapped() => Check(
        9, [["abc", "d", "e"]],
        """
        UNIT STATE WHY
        abc  d     e

        """);

    [Test]
    public void A_terminal_that_is_too_narrow_gets_the_widest_column_on_several_lines() => Check(
        40,
        [
            ["web@1.service", "-", "no machine has disk=ssd, zone=a"],
            ["b.service", "launched", "http://a,http://b,http://c"],
        ],
        """
        UNIT          STATE    WHY
        web@1.service -        no machine has
                               disk=ssd, zone=a
        b.service     launched http://a,
                               http://b,http://c

        """);

    [Test]
    public void A_word_that_is_longer_than_its_column_is_cut_where_the_column_ends() => Check(
        20, [["a", "b", "1234567890ABCDEFGHI"]],
        """
        UNIT STATE WHY
        a    b     123456789
                   0ABCDEFGH
                   I

        """);

    [Test]
    public void A_line_break_in_a_cell_does_not_begin_a_row() => Check(
        null, [["a\nb", "c", "d"]],
        """
        UNIT STATE WHY
        a b  c     d

        """);

    [Test]
    public void Characters_of_several_units_are_counted_and_kept_whole(
        [Values(1, 6, 7, 8, 12, 30, 200)] int width, [Values("e\u0301", "\U0001F600", "ä", "\u0301")] string character)
    {
        string cell = string.Concat(Enumerable.Repeat(character, 30));
        string text = TextTable.Format(["A", "B"], [[cell, "x"]], width);
        string[] lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string found = string.Concat(lines.Skip(1).Select(line => line.Replace("x", "").Trim(' ')));
        Assert.That(found, Is.EqualTo(cell));
    }

    private static void Check(int? width, string[][] rows, string expected) =>
        Assert.That(TextTable.Format(s_columns, rows, width), Is.EqualTo(expected.ReplaceLineEndings("\n")));
}
