using CoreNode.Api.Wire;

namespace CoreNode.Api.Fleet;

/// <summary>A page of a listing: {"things":[…],"nextPageToken":…}, what is empty left out.</summary>
internal static class FleetPage
{
    /// <summary>Writes the part of the list that the token asks for.</summary>
    public static void Write<T>(
        JsonBuffer json, ReadOnlySpan<byte> name, IReadOnlyList<T> all, PageToken token, Action<JsonBuffer, T> write)
        where T : class
    {
        (int from, int to) = token.Range(all.Count);
        json.Raw("{"u8);
        for (int i = from; i < to; i++)
        {
            if (i > from)
            {
                json.Raw(","u8);
            }
            else
            {
                json.Raw("\""u8);
                json.Raw(name);
                json.Raw("\":["u8);
            }

            write(json, all[i]);
        }

        if (to > from)
            json.Raw("]"u8);
        if (token.Next(all.Count) is { } next)
        {
            json.Raw(",\"nextPageToken\":"u8);
            json.Quoted(next.Encode());
        }

        json.Raw("}"u8);
    }
}
