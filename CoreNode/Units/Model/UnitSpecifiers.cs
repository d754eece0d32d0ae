using System.Text;

namespace CoreNode.Units.Model;

/// <summary>
/// The specifiers of [X-Fleet] values: %n full name, %N name without type, %p prefix, %i instance (fleet: A.6), and %%
/// for a percent sign. Anything else stays as written.
/// </summary>
public static class UnitSpecifiers
{
    /// <summary>Replaces them.</summary>
    public static string Expand(string value, UnitName name)
    {
        if (!value.Contains('%', StringComparison.Ordinal))
            return value;
        StringBuilder text = new();
        for (int i = 0; i < value.Length; i++)
        {
            string? part = value[i] == '%' && i + 1 < value.Length ? Of(value[i + 1], name) : null;
            if (part is null)
            {
                text.Append(value[i]);
                continue;
            }

            text.Append(part);
            i++;
        }

        return text.ToString();
    }

    private static string? Of(char letter, UnitName name) => letter switch
    {
        'n' => name.Full,
        'N' => name.Name,
        'p' => name.Prefix,
        'i' => name.Instance,
        '%' => "%",
        _ => null,
    };
}
