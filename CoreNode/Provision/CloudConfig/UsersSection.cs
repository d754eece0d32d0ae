using CoreNode.Documents;
using CoreNode.Provision.Model;

namespace CoreNode.Provision.CloudConfig;

/// <summary>users, and the ssh_authorized_keys outside of it.</summary>
internal sealed class UsersSection(CloudConfigRules rules, Report report)
{
    private const int MostKeys = 1000;
    private const int MostGroups = 200;
    private const int LongestItem = 32 << 10;
    private const string NameAdvice = "write a name such as alice or web-1";
    private const string Deprecated = "the key is deprecated: what is fetched at each boot may not be there";

    private static readonly string[] s_keys =
    [
        "name", "passwd", "ssh_authorized_keys", "gecos", "homedir", "no_create_home", "primary_group", "groups",
        "no_user_group", "system", "no_log_init", "shell", "coreos_ssh_import_github", "coreos_ssh_import_github_users",
        "coreos_ssh_import_url", "inactive", "lock_passwd", "sudo", "selinux_user", "ssh_import_id",
    ];

    // Documented for coreos-cloudinit, and never done by it.
    private static readonly (string Key, string Suggestion)[] s_never =
    [
        ("inactive", "remove it"), ("lock_passwd", "leave passwd out: then there is no password"),
        ("sudo", "write groups: [sudo]"), ("selinux_user", "remove it"),
        ("ssh_import_id", "write the keys below ssh_authorized_keys"),
    ];

    private readonly List<DesiredUser> _users = [];
    private readonly Dictionary<string, int> _places = [];
    private readonly List<List<string>> _keys = [];

    /// <summary>The users, each once; keys of one that came again have added up.</summary>
    public IReadOnlyList<DesiredUser> Users
    {
        get
        {
            for (int i = 0; i < _users.Count; i++)
                _users[i] = _users[i] with { SshKeys = _keys[i] };
            return _users;
        }
    }

    /// <summary>Reads ssh_authorized_keys of the default user.</summary>
    public void ReadKeys(Section section)
    {
        List<string> keys = Keys(section);
        if (keys.Count == 0)
            return;
        Put(
            new DesiredUser(rules.SshKeyName)
            {
                IsMade = false,
                From = $"{report.Source}: ssh_authorized_keys",
                Place = section.PlaceOf("ssh_authorized_keys"),
            },
            keys);
    }

    /// <summary>Reads one item of users.</summary>
    public void Read(DocumentNode node, string path)
    {
        if (Section.Open(node, path, report, s_keys) is not { } section
            || section.NeededText("name", "alice") is not { } name)
        {
            return;
        }

        if (AccountChecks.OfName(name) is { Length: > 0 } problem)
        {
            report.Error(
                section.PlaceOf("name"), section.Key("name"), $"{problem}: {Report.Shown(name)}", NameAdvice);
            return;
        }

        if (_places.TryGetValue(name, out int at) && _users[at].IsMade)
        {
            report.Warning(
                section.PlaceOf("name"), section.Key("name"),
                $"{name} stands here and at {_users[at].Place}: the later one counts, keys add up", "make one of them");
        }

        foreach ((string key, string suggestion) in s_never)
        {
            if (section.Find(key) is not null)
                report.Warning(section.PlaceOf(key), section.Key(key), "the key never had an effect", suggestion);
        }

        if (section.Switch("no_log_init"))
        {
            report.Note(
                section.PlaceOf("no_log_init"), section.Key("no_log_init"), "has no effect in CoreNode", "remove it");
        }

        Put(
            new DesiredUser(name)
            {
                PasswordHash = Hash(section),
                SshKeySources = Sources(section),
                Gecos = Gecos(section),
                Home = Folder(section, "homedir"),
                HasNoHome = section.Switch("no_create_home"),
                PrimaryGroup = Group(section),
                Groups = Groups(section),
                HasNoUserGroup = section.Switch("no_user_group"),
                IsSystem = section.Switch("system"),
                Shell = Folder(section, "shell"),
                From = $"{report.Source}: {section.Path}",
                Place = section.Place,
            },
            Keys(section));
    }

    private void Put(DesiredUser user, List<string> keys)
    {
        if (!_places.TryGetValue(user.Name, out int at))
        {
            _places.Add(user.Name, _users.Count);
            _users.Add(user);
            _keys.Add(keys);
            return;
        }

        if (user.IsMade)
            _users[at] = user;
        foreach (string key in keys)
        {
            if (_keys[at].Count < MostKeys && !_keys[at].Contains(key))
                _keys[at].Add(key);
        }
    }

    private List<string> Keys(Section section)
    {
        List<string> keys = [];
        foreach (TextItem item in section.Texts("ssh_authorized_keys"))
        {
            if (item.Text.Length > LongestItem)
            {
                report.Error(
                    item.Place, item.Key, $"an item has at most {LongestItem} characters",
                    "write each key as an item of its own");
                continue;
            }

            // A block of several lines is as many keys.
            foreach (string raw in item.Text.Split('\n'))
            {
                string line = raw.Trim();
                if (line.Length == 0 || line[0] == '#')
                    continue;
                string problem = AccountChecks.OfKey(line, out bool isRefused);
                if (isRefused)
                {
                    report.Error(item.Place, item.Key, problem, "write the line of the file that ends in .pub");
                    break;
                }

                if (problem.Length > 0)
                {
                    report.Warning(
                        item.Place, item.Key, $"sshd will not take this key: {problem}",
                        "write the line of the file that ends in .pub");
                }

                if (keys.Count == MostKeys)
                {
                    report.Error(
                        item.Place, item.Key, $"a user has at most {MostKeys} keys",
                        "make users for different people, or sign their keys by an authority");
                    return keys;
                }

                keys.Add(line);
            }
        }

        return keys;
    }

    private string? Hash(Section section)
    {
        if (section.Text("passwd") is not { Length: > 0 } hash)
            return null;
        if (AccountChecks.OfHash(hash) is { Length: > 0 } problem)
        {
            report.Error(
                section.PlaceOf("passwd"), section.Key("passwd"), problem,
                "write what `openssl passwd -6` or `mkpasswd -m sha-512` prints");
            return null;
        }

        if (AccountChecks.IsOldHash(hash))
        {
            report.Warning(
                section.PlaceOf("passwd"), section.Key("passwd"),
                "this looks like a hash of DES, which is quickly broken; or is it a password?",
                "write what `openssl passwd -6` prints");
        }

        return hash;
    }

    private List<Uri> Sources(Section section)
    {
        List<Uri> sources = [];
        if (section.Text("coreos_ssh_import_github") is { Length: > 0 } name)
            AddGitHub(new TextItem(name, section.PlaceOf("coreos_ssh_import_github"),
                section.Key("coreos_ssh_import_github")));
        foreach (TextItem user in section.Texts("coreos_ssh_import_github_users"))
            AddGitHub(user);
        if (section.Text("coreos_ssh_import_url") is { Length: > 0 } text)
        {
            TextPlace place = section.PlaceOf("coreos_ssh_import_url");
            string key = section.Key("coreos_ssh_import_url");
            if (Uri.TryCreate(Placeholders.ForChecks(text), UriKind.Absolute, out Uri? url)
                && url.Scheme is "http" or "https")
            {
                report.Warning(place, key, Deprecated, "write the keys below ssh_authorized_keys");
                sources.Add(Uri.TryCreate(text, UriKind.Absolute, out Uri? asWritten) ? asWritten : url);
            }
            else
                report.Error(place, key, "this is no URL", "write one such as https://keys.example.com/alice");
        }

        return sources;

        void AddGitHub(TextItem user)
        {
            bool isName = user.Text.Length is > 0 and < 40;
            foreach (char letter in user.Text)
                isName &= char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_';
            if (!isName)
            {
                report.Error(
                    user.Place, user.Key, $"{Report.Shown(user.Text)} is no name at GitHub",
                    "write the account's name alone, such as octocat");
                return;
            }

            report.Warning(user.Place, user.Key, Deprecated, "write the keys below ssh_authorized_keys");
            sources.Add(new Uri(rules.GitHub, $"{user.Text}.keys"));
        }
    }

    private string Gecos(Section section)
    {
        string gecos = section.Text("gecos") ?? "";
        foreach (char letter in gecos)
        {
            if (letter != ':' && !char.IsControl(letter))
                continue;
            report.Error(
                section.PlaceOf("gecos"), section.Key("gecos"), "a comment has neither colons nor line ends",
                "leave them out");
            return "";
        }

        return gecos;
    }

    private string? Folder(Section section, string key)
    {
        if (section.Text(key) is not { Length: > 0 } path)
            return null;
        // Not FileChecks: a shell is below /usr, and it is used, not written.
        bool isPath = path[0] == '/' && !path.Contains("..", StringComparison.Ordinal);
        foreach (char letter in path)
            isPath &= letter != ':' && !char.IsControl(letter);
        if (isPath)
            return path;
        report.Error(
            section.PlaceOf(key), section.Key(key), $"{Report.Shown(path)} is no path that a user can have",
            "write a whole path without colons");
        return null;
    }

    private string? Group(Section section)
    {
        if (section.Text("primary_group") is not { Length: > 0 } group)
            return null;
        if (AccountChecks.OfGroup(group) is not { Length: > 0 } problem)
            return group;
        report.Error(
            section.PlaceOf("primary_group"), section.Key("primary_group"), $"{problem}: {Report.Shown(group)}",
            NameAdvice);
        return null;
    }

    private List<string> Groups(Section section)
    {
        List<string> groups = [];
        foreach (TextItem item in section.Texts("groups"))
        {
            // "a, b" in one text, as other cloud-inits have it.
            foreach (string part in item.Text.Split(','))
            {
                string group = part.Trim();
                if (AccountChecks.OfGroup(group) is { Length: > 0 } problem)
                    report.Error(item.Place, item.Key, $"{problem}: {Report.Shown(group)}", NameAdvice);
                else if (groups.Count == MostGroups)
                {
                    report.Error(
                        item.Place, item.Key, $"a user is in at most {MostGroups} groups", "leave some out");
                    return groups;
                }
                else if (!groups.Contains(group))
                    groups.Add(group);
            }
        }

        return groups;
    }
}
