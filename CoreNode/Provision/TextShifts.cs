using CoreNode.Documents;

namespace CoreNode.Provision;

/// <summary>
/// What was put into a text in place of something else, so that places in the new text can be told as those of the text
/// that its author wrote. Filled by one, then read by anybody.
/// </summary>
public sealed class TextShifts
{
    private readonly List<Shift> _shifts = [];

    /// <summary>Something was put in; in the order of the text, and none of it has a line end.</summary>
    /// <param name="line">Its line.</param>
    /// <param name="column">Its column in the new text.</param>
    /// <param name="length">Its length there.</param>
    /// <param name="original">Its column in the author's text.</param>
    /// <param name="originalLength">The length of what stood there.</param>
    public void Add(int line, int column, int length, int original, int originalLength) =>
        _shifts.Add(new Shift(line, column, column + length, original, original + originalLength));

    /// <summary>The author's place; within what was put in it is where that begins.</summary>
    public TextPlace Original(TextPlace place)
    {
        // The last one that begins at or before it.
        int low = 0;
        int high = _shifts.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            Shift one = _shifts[middle];
            if (one.Line < place.Line || (one.Line == place.Line && one.Column <= place.Column))
                low = middle + 1;
            else
                high = middle;
        }

        if (low == 0 || _shifts[low - 1] is not { } last || last.Line != place.Line)
            return place;
        int column = place.Column < last.End ? last.Original : last.OriginalEnd + place.Column - last.End;
        return new TextPlace(place.Line, column);
    }

    private sealed record Shift(int Line, int Column, int End, int Original, int OriginalEnd);
}
