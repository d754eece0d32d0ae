namespace CoreNode.Foundation;

/// <summary>
/// Parts of lists, in place of LINQ's Skip and Take: where either is called anywhere, every sequence of the program is
/// compiled with both (docs/decisions/0040).
/// </summary>
public static class ListPart
{
    /// <summary>What is in a list from a place on; nothing where it is shorter.</summary>
    public static T[] From<T>(IReadOnlyList<T> list, int place)
    {
        int first = Math.Max(place, 0);
        var part = new T[Math.Max(list.Count - first, 0)];
        for (int index = 0; index < part.Length; index++)
            part[index] = list[first + index];
        return part;
    }

    /// <summary>The first of a list, that many or fewer.</summary>
    public static T[] First<T>(IReadOnlyList<T> list, int most)
    {
        var part = new T[Math.Clamp(most, 0, list.Count)];
        for (int index = 0; index < part.Length; index++)
            part[index] = list[index];
        return part;
    }
}
