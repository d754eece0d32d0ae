namespace CoreNode.Provision.Ignition;

/// <summary>
/// What may stand in the machine's files of accounts, whose fields ":" parts and whose entries lines are.
/// </summary>
internal static class AccountNames
{
    // useradd(8).
    private const int MostName = 32;

    /// <summary>What to write instead.</summary>
    public const string Advice = "write a name such as \"core\"";

    /// <summary>Why this is no name of a user or group; null: it is one.</summary>
    public static string? Complaint(string name)
    {
        if (name.Length > MostName)
            return $"a name has at most {MostName} characters";
        if (name[0] is '-' or '+' or '~' || name is "." or "..")
            return "a name begins with a letter, a digit or \"_\"";
        foreach (char one in name)
        {
            if (!char.IsAsciiLetterOrDigit(one) && one is not ('_' or '-' or '.' or '$' or '@'))
                return "a name has letters, digits, \"_\", \"-\" and \".\" only";
        }

        return null;
    }

    /// <summary>Why this cannot be a field of an entry; null: it can.</summary>
    public static string? FieldComplaint(string text)
    {
        foreach (char one in text)
        {
            if (one == ':' || char.IsControl(one))
                return "this goes into a line of /etc/passwd or its like, where \":\" and line breaks cannot stand";
        }

        return null;
    }
}
