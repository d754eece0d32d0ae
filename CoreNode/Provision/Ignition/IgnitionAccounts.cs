using CoreNode.Documents;
using CoreNode.Provision.Model;

namespace CoreNode.Provision.Ignition;

/// <summary>Reads passwd: users and groups.</summary>
internal sealed class IgnitionAccounts(IgnitionReport report)
{
    /// <summary>The users.</summary>
    public List<DesiredUser> Users(MapNode? passwd)
    {
        List<DesiredUser> users = [];
        IReadOnlyList<DocumentNode> items = passwd.FindItems("users");
        for (int at = 0; at < items.Count; at++)
        {
            string key = $"passwd.users[{at}]";
            if (items[at] is MapNode item && Name(item, key) is { } name)
                users.Add(User(item, name, key));
        }

        return users;
    }

    /// <summary>The groups.</summary>
    public List<DesiredGroup> Groups(MapNode? passwd)
    {
        List<DesiredGroup> groups = [];
        IReadOnlyList<DocumentNode> items = passwd.FindItems("groups");
        for (int at = 0; at < items.Count; at++)
        {
            string key = $"passwd.groups[{at}]";
            if (items[at] is not MapNode item || Name(item, key) is not { } name)
                continue;
            groups.Add(new DesiredGroup(name.Text)
            {
                Number = Number(item, "gid", key),
                IsSystem = item.FindSwitch("system") == true,
                PasswordHash = Field(item, "passwordHash", key),
                ShouldExist = item.FindSwitch("shouldExist") != false,
                From = $"{report.Origins.Of(item).Source}: {key}",
                Place = name.Place,
            });
        }

        return groups;
    }

    private DesiredUser User(MapNode item, ScalarNode name, string key)
    {
        if (item.FindSwitch("noLogInit") == true)
            report.Note(item, $"{key}.noLogInit", "it has no effect: lastlog and faillog are not written here",
                "delete it");
        List<string> groups = [];
        foreach (ScalarNode group in item.FindTexts("groups"))
        {
            if (AccountNames.Complaint(group.Text) is { } wrong)
                report.Error(group, $"{key}.groups", wrong, AccountNames.Advice);
            groups.Add(group.Text);
        }

        return new DesiredUser(name.Text)
        {
            // Ignition has it so: an empty hash means no password will do.
            PasswordHash = Field(item, "passwordHash", key) is { } hash ? (hash.Length == 0 ? "*" : hash) : null,
            // Later boots do not read this again: what it brings stays apart, and is all there is of it.
            FirstBootSshKeys = Keys(item, key),
            IsAdjusted = true,
            Gecos = Field(item, "gecos", key) ?? "",
            Home = Place(item, "homeDir", key),
            HasNoHome = item.FindSwitch("noCreateHome") == true,
            PrimaryGroup = Field(item, "primaryGroup", key) is { Length: > 0 } primary ? primary : null,
            Groups = groups,
            HasNoUserGroup = item.FindSwitch("noUserGroup") == true,
            IsSystem = item.FindSwitch("system") == true,
            Number = Number(item, "uid", key),
            Shell = Place(item, "shell", key),
            ShouldExist = item.FindSwitch("shouldExist") != false,
            From = $"{report.Origins.Of(item).Source}: {key}",
            Place = name.Place,
        };
    }

    private ScalarNode? Name(MapNode item, string key)
    {
        if (item.FindText("name") is not { Text.Length: > 0 } name)
        {
            report.Missing(item, "name", key, "a name is missing");
            return null;
        }

        if (AccountNames.Complaint(name.Text) is not { } wrong)
            return name;
        report.Error(name, $"{key}.name", wrong, AccountNames.Advice);
        return null;
    }

    // A key with its line break at the end is common, several in one text are not.
    private List<string> Keys(MapNode item, string key)
    {
        List<string> keys = [];
        foreach (ScalarNode text in item.FindTexts("sshAuthorizedKeys"))
        {
            int before = keys.Count;
            foreach (string line in text.Text.Split('\n', StringSplitOptions.TrimEntries))
            {
                if (line.Length > 0)
                    keys.Add(line);
            }

            if (keys.Count > before + 1)
                report.Warn(text, $"{key}.sshAuthorizedKeys", "these are several keys in one text", "write one each");
        }

        return keys;
    }

    private string? Field(MapNode item, string name, string key)
    {
        ScalarNode? text = item.FindText(name);
        if (text is not null && AccountNames.FieldComplaint(text.Text) is { } wrong)
            report.Error(text, $"{key}.{name}", wrong, "leave them out");
        return text?.Text;
    }

    private string? Place(MapNode item, string name, string key)
    {
        if (Field(item, name, key) is not { Length: > 0 } path)
            return null;
        if (path[0] != '/' || UnixPath.Clean(path) != path)
        {
            report.Error(
                item.FindText(name)!, $"{key}.{name}", "it is a path that begins with \"/\" and has no \"..\"",
                $"write \"{UnixPath.Clean(path)}\"");
        }

        return path;
    }

    private uint? Number(MapNode item, string name, string key)
    {
        if (item.FindNumber(name) is not { } number)
            return null;
        if (number is >= 0 and < uint.MaxValue)
            return (uint)number;
        report.Error(item.FindValue(name)!, $"{key}.{name}", "an id is a number from 0 to 4294967294",
            "write one above 1000");
        return null;
    }
}
