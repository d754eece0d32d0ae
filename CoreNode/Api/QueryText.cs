using System.Buffers;
using System.Text;

namespace CoreNode.Api;

/// <summary>Looks up single parameters of a query, for surfaces that have few of them.</summary>
internal static class QueryText
{
    /// <summary>The first value of that name; null without one.</summary>
    public static string? Find(ReadOnlySpan<byte> query, ReadOnlySpan<byte> name)
    {
        if (query.IsEmpty)
            return null;
        byte[] room = ArrayPool<byte>.Shared.Rent(query.Length);
        try
        {
            FormReader form = new(query, room);
            while (form.MoveNext())
            {
                if (form.Name.SequenceEqual(name))
                    return Encoding.UTF8.GetString(form.Value);
            }

            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(room);
        }
    }

    /// <summary>True for NAME=true, as etcd's clients write it, and for NAME=1.</summary>
    public static bool IsSet(ReadOnlySpan<byte> query, ReadOnlySpan<byte> name) => Find(query, name) is "true" or "1";
}
