using System.Security.Cryptography;
using System.Text;

namespace FakeAi.Dashboard.Components;

/// <summary>
/// The script that runs before the first paint: light or dark as chosen before, else as the system is. Inline, so that
/// no page flashes in the wrong colours; <see cref="Hash"/> allows exactly this text.
/// </summary>
internal static class ThemeScript
{
    /// <summary>Its text. The sheets' addresses stand in attributes of the root element.</summary>
    public static string Source { get; } = """
        (function () {
          var root = document.documentElement, key = 'fakeai-theme', chosen = null;
          try { chosen = localStorage.getItem(key); } catch { }
          var theme = chosen === 'dark' || chosen === 'light' ? chosen
            : matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark';
          root.dataset.theme = theme;
          document.write('<link id="theme-sheet" rel="stylesheet" href="' + root.getAttribute('data-sheet-' + theme) + '">');
        })();
        """.ReplaceLineEndings("\n");

    /// <summary>Its source expression in a content security policy.</summary>
    public static string Hash { get; } = "sha256-" + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Source)));
}
