using System.Text;

namespace CoreNode.Provision.Sources.Choice;

/// <summary>
/// The kernel's arguments (Documentation/admin-guide/kernel-parameters.rst): parted by white space outside of double
/// quotes, which may stand around a value or around the whole argument; "-" and "_" are the same in names; what stands
/// behind "--" is init's. Pure.
/// </summary>
public sealed class KernelCommandLine
{
    private readonly List<(string Name, string Value)> _arguments = [];

    /// <summary>Takes it apart; never fails.</summary>
    public KernelCommandLine(string text)
    {
        StringBuilder one = new();
        bool isQuoted = false;
        bool hasBegun = false;
        int valueAt = -1;
        foreach (char c in text + "\n")
        {
            if (!isQuoted && char.IsWhiteSpace(c))
            {
                if (hasBegun && one.ToString() == "--")
                    return;
                if (hasBegun)
                    Add(one.ToString(), valueAt);
                one.Clear();
                (hasBegun, valueAt) = (false, -1);
                continue;
            }

            hasBegun = true;
            if (c == '"')
            {
                isQuoted = !isQuoted;
                continue;
            }

            if (c == '=' && valueAt < 0)
                valueAt = one.Length + 1;
            one.Append(c);
        }

        // A quote that is never closed reaches to the end.
        if (hasBegun)
            Add(one.ToString().TrimEnd('\n'), valueAt);
    }

    /// <summary>The last value of an argument, as most who read it take it; "" if it has none.</summary>
    public string Value(string name)
    {
        string wanted = Plain(name);
        for (int i = _arguments.Count - 1; i >= 0; i--)
        {
            if (_arguments[i].Name == wanted && _arguments[i].Value.Length > 0)
                return _arguments[i].Value;
        }

        return "";
    }

    private void Add(string argument, int valueAt) => _arguments.Add(
        valueAt < 0 ? (Plain(argument), "") : (Plain(argument[..(valueAt - 1)]), argument[valueAt..]));

    private static string Plain(string name) => name.Replace('_', '-');
}
