"""First names that are common in some twenty countries: enough to notice a column of persons."""

from __future__ import annotations

FIRST_NAMES = frozenset(
    """
    aaron adam adrian ahmed alan albert alejandro alessandro alex alexander alexandra alfred ali
    alice alicia amanda amelia amina amir amy ana anastasia andrea andreas andrew andrzej angela
    anita anja anke ann anna anne annette anthony antoine anton antonia antonio arthur ashley
    astrid axel barbara beatrice beatriz ben benjamin bernard bernd bernhard birgit bjorn brandon
    brian bruno camille carl carla carlos carmen carol caroline catherine cecilia charles
    charlotte chiara chloe christa christian christina christine christoph christopher claire
    clara claudia claudio clemens cornelia cynthia daniel daniela daniele david deborah dennis
    diana diego dieter dimitri dirk dmitry dominik donald donna dorothy douglas edith eduardo
    edward elena elisabeth elizabeth elke ella emil emilia emily emma eric erik erika ernst eva
    evelyn fabian fatima felix fernando ferdinand fiona florian francesca francesco francisco
    francois frank franz frederic friedrich fritz gabriel gabriela gary georg george gerald gerd
    gerhard giovanni giulia giuseppe gloria grace greta guido gustav hanna hannah hannes hans
    harald harry hassan heather heidi heike heinrich heinz helen helena helga helmut henri henrik
    henry herbert hermann hiroshi holger horst hugo ibrahim igor ines ingrid irene irina
    isabel isabella isabelle ivan jack jacob jacqueline jakob james jan jana jane janet jason
    javier jean jeffrey jennifer jens jeremy jessica joachim joan joanna joao johan johann johanna
    johannes john jonas jonathan jorge jose josef joseph joshua juan judith julia julian juliane
    julie jurgen justin kai karen karin karl karolina katarzyna kate katharina katherine kathrin
    katja kenneth kerstin kevin khalid kimberly klaus konrad kristina kurt lara larry lars laura
    lauren lea lena leo leon leonardo leonie linda lisa lothar louis louise luca lucas lucia
    ludwig luigi luis luisa lukas lutz magdalena manfred manuel manuela marc marcel marco marcus
    margaret margarete maria mariam marie marina mario marion mark markus marlene marta martha
    martin martina mary massimo mateusz mathias matteo matthew matthias max maximilian mehmet
    melanie melissa mia michael michaela michal michel michelle miguel mikhail mohamed mohammed
    monica monika muhammad mustafa nadia nadine nancy natalia natalie nathan nicholas nicola
    nicolas nicole niels nikolaus nina nora norbert oleg olga oliver olivia omar oscar otto pablo
    pamela paolo pascal patricia patrick paul paula paulina pedro peter petra philip philipp
    philippe pierre piotr rachel rafael rainer ralf ralph raymond rebecca regina reinhard renate
    richard rita robert roberto roger roland rolf ronald rosemary ruben rudolf ruth ryan
    sabine salvatore sam samantha samuel sandra sara sarah scott sean sebastian sergei sergio
    sharon silke silvia simon simone sofia sonja sophia sophie stefan stefanie stephan stephanie
    stephen steven susan susanne svetlana sven tanja tatiana teresa theo theresa thomas tim timo
    timothy tobias tom tomas tomasz torsten udo ulrich ulrike urs ursula ute uwe valentina
    valerie vanessa vera verena veronika victor victoria viktor vincent vincenzo virginia
    vladimir volker walter waltraud werner wilhelm william wolfgang xavier yannick yasmin yusuf
    yves zoe
    """.split()
)
