using System.Buffers.Text;
using System.Text;

namespace CoreNode.Provision.CloudConfig;

/// <summary>What is wrong with names, password hashes and keys; empty: nothing. Never shows a secret.</summary>
internal static class AccountChecks
{
    private const int LongestName = 32;
    private const int LongestKey = 16 << 10;
    private const int OldHashLength = 13;

    private static readonly string[] s_keyTypes =
    [
        "ssh-ed25519", "ssh-rsa", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-dss",
        "sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com",
    ];

    /// <summary>Of a user's or group's name.</summary>
    public static string OfName(string name)
    {
        if (name.Length is 0 or > LongestName)
            return $"a name has 1 to {LongestName} characters";
        if (!char.IsAsciiLetter(name[0]) && name[0] != '_')
            return "a name begins with a letter or an underscore";
        for (int i = 0; i < name.Length; i++)
        {
            bool isLast = i == name.Length - 1 && name[i] == '$';
            if (!char.IsAsciiLetterOrDigit(name[i]) && name[i] is not ('_' or '-' or '.') && !isLast)
                return "a name has letters, digits, underscores, dashes and dots";
        }

        return "";
    }

    /// <summary>Of a group, which may be a number.</summary>
    public static string OfGroup(string group) => IsNumber(group) ? "" : OfName(group);

    /// <summary>Of an owner, USER or USER:GROUP, each by name or number.</summary>
    public static string OfOwner(string owner)
    {
        string[] parts = owner.Split(':');
        if (parts.Length > 2 || (parts[0].Length == 0 && parts.Length == 1))
            return "an owner is USER or USER:GROUP";
        if (parts.Length == 2 && parts[1].Length == 0)
            return "the group behind the colon is missing";
        foreach (string part in parts)
        {
            if (part.Length > 0 && OfGroup(part) is { Length: > 0 } problem)
                return problem;
        }

        return "";
    }

    /// <summary>
    /// Of a crypt(3) hash. A password in plain text would be in the shadow file, and let nobody in: it is refused.
    /// </summary>
    public static string OfHash(string hash)
    {
        foreach (char letter in hash)
        {
            if (!char.IsAscii(letter) || char.IsControl(letter) || letter is ':' or ' ')
                return "this is no hash of a password: a hash has neither spaces nor colons";
        }

        string body = hash.TrimStart('!');
        if (body is "" or "*" || IsOldHash(body))
            return "";
        string[] parts = body.Split('$');
        if (parts.Length < 4 || parts[0].Length > 0)
            return "this is no hash of a password, but perhaps the password itself";
        int needed = parts[1] switch
        {
            "1" => 22,
            "2" or "2a" or "2b" or "2x" or "2y" => 53,
            "5" or "y" or "gy" or "7" => 43,
            "6" => 86,
            "sha1" or "md5" => 0,
            _ => -1,
        };
        if (needed < 0)
            return "this is no hash that crypt(3) knows";
        return needed > 0 && parts[^1].Length != needed
            ? $"the hash's last part has {parts[^1].Length} characters, {needed} are needed: was it cut?"
            : "";
    }

    /// <summary>True for a hash of DES, which has no sign of its own.</summary>
    public static bool IsOldHash(string hash)
    {
        if (hash.Length != OldHashLength)
            return false;
        foreach (char letter in hash)
        {
            if (!char.IsAsciiLetterOrDigit(letter) && letter is not ('.' or '/'))
                return false;
        }

        return true;
    }

    /// <summary>Of a line of authorized_keys; what may not even be written is told apart.</summary>
    public static string OfKey(string line, out bool isRefused)
    {
        isRefused = true;
        if (line.Contains("PRIVATE KEY", StringComparison.Ordinal))
            return "this is a private key, which no machine but your own may have";
        if (line.Length > LongestKey)
            return $"a key has at most {LongestKey} characters";
        foreach (char letter in line)
        {
            if (char.IsControl(letter) && letter != '\t')
                return "a key is one line without control characters";
        }

        isRefused = false;
        string[] words = line.Split((char[]?)[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        for (int i = 0; i < words.Length; i++)
        {
            if (!IsType(words[i]))
                continue;
            if (i + 1 == words.Length)
                return $"nothing stands behind {words[i]}: is the line cut?";
            return OfBlob(words[i], words[i + 1]);
        }

        return "no type of a key is in it, such as ssh-ed25519 or ssh-rsa";
    }

    private static bool IsType(string word)
    {
        foreach (string type in s_keyTypes)
        {
            if (word == type)
                return true;
        }

        return word.EndsWith("-cert-v01@openssh.com", StringComparison.Ordinal);
    }

    // RFC 4253, 6.6: the blob begins with its own type.
    private static string OfBlob(string type, string text)
    {
        if (!Base64.IsValid(text, out int length))
            return $"what stands behind {type} is no base64: is the line cut?";
        byte[] blob = Convert.FromBase64String(text);
        bool isOfType = length > type.Length + 4 && blob[0] == 0 && blob[1] == 0 && blob[2] == 0
            && blob[3] == type.Length && Encoding.ASCII.GetString(blob, 4, type.Length) == type;
        return isOfType ? "" : $"what stands behind {type} is no such key";
    }

    private static bool IsNumber(string text)
    {
        foreach (char letter in text)
        {
            if (!char.IsAsciiDigit(letter))
                return false;
        }

        return text.Length is > 0 and < 11;
    }
}
